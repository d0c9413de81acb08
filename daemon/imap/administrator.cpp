#include "imap/administrator.h"

#include "core/ascii.h"
#include "imap/budget.h"
#include "imap/login.h"
#include "imap/quota.h"
#include "imap/session.h"

#include <algorithm>
#include <deque>
#include <exception>
#include <memory>

namespace mailquotad::imap {

namespace {

constexpr std::size_t kQuestionsPerFlight = 100;

/// What became of one question.
struct Asked {
    std::string root; ///< with the server's separator
    std::optional<std::variant<Snapshot, ProbeFailure>> outcome;
    int commands = 0;
};

class Enquiry {
public:
    Enquiry(const ProbeRequest& request, const std::vector<QuotaQuestion>& questions, net::Connector& connector,
            const os::Clock& clock, const os::Cancellation* cancellation)
        : request_(request), questions_(questions), connector_(connector), clock_(clock), cancellation_(cancellation),
          asked_(questions.size()) {}

    std::vector<ProbeReport> run() {
        const os::SteadyTime began = clock_.steady();
        ProbeFailure rest{.kind = FailureKind::internal, .detail = "the server did not answer this question"};
        try {
            converse();
        } catch (const net::NetError& error) {
            rest = {.kind = error.kind(), .detail = error.what()};
        } catch (const std::exception& error) {
            rest = {.kind = FailureKind::internal, .detail = error.what()};
        }
        const double seconds = std::chrono::duration<double>(clock_.steady() - began).count();
        std::vector<ProbeReport> reports = make_reports(rest, seconds);
        if (transport_)
            transport_->close();
        return reports;
    }

private:
    void converse() {
        transport_ = connector_.connect({.endpoint = request_.endpoint,
                                         .trust = request_.trust,
                                         .deadline = os::Deadline::in(request_.timeout, cancellation_)});
        Budget budget;
        Session session(*transport_, budget);
        log_in(session, *transport_, request_);
        check_offer(session);
        name_roots(session);
        ask_all(
            session, [](const Asked& asked) { return !asked.outcome; }, Command::get_quota, false);
        ask_all(
            session, [](const Asked& asked) { return asked.outcome && is_refusal(*asked.outcome); },
            Command::get_quota_root, true);
        session.fly({Command::log_out()}, {});
    }

    static bool is_refusal(const std::variant<Snapshot, ProbeFailure>& outcome) {
        return std::holds_alternative<ProbeFailure>(outcome);
    }

    static void check_offer(Session& session) {
        if (!session.capabilities())
            session.run(Command::capability());
        if (session.capabilities() && !session.capabilities()->has("QUOTA"))
            throw net::NetError(FailureKind::protocol, "the server has no QUOTA to ask for");
    }

    void name_roots(Session& session) {
        const bool wanted = std::any_of(questions_.begin(), questions_.end(), [](const QuotaQuestion& question) {
            return question.root.find(kSeparatorPlaceholder) != std::string::npos;
        });
        const std::string separator = wanted ? separator_of(session) : "";
        for (std::size_t i = 0; i < questions_.size(); ++i) {
            std::string root = questions_[i].root;
            const std::size_t at = root.find(kSeparatorPlaceholder);
            if (at != std::string::npos) {
                root.replace(at, kSeparatorPlaceholder.size(), separator);
                // Cyrus without unixhierarchysep: "user.kim.muster" is the folder "muster" of kim, so another's.
                const std::size_t name = at + separator.size();
                if (root.substr(name, root.find('@', name) - name).find(separator) != std::string::npos)
                    asked_[i].outcome = refusal("the server separates folders by \"" + separator +
                                                "\", which stands in the name itself: it cannot be asked about");
            }
            if (!fits_a_line(root))
                asked_[i].outcome = refusal("the name of the quota root holds a line end or a NUL byte");
            asked_[i].root = std::move(root);
        }
        unaskable_ = std::vector<bool>(asked_.size());
        for (std::size_t i = 0; i < asked_.size(); ++i)
            unaskable_[i] = asked_[i].outcome.has_value();
    }

    static std::string separator_of(Session& session) {
        std::string separator;
        const Condition answer = session.run(Command::separator(), [&](const Untagged& response) {
            if (!equals_ignoring_case(response.keyword, "LIST"))
                return false;
            separator = parse_list(response.body).delimiter;
            return true;
        });
        if (!answer.ok() || separator.empty())
            throw net::NetError(FailureKind::protocol,
                                "the server does not tell its separator of folders: " + to_string(answer));
        return separator;
    }

    template <class Wanted, class Make>
    void ask_all(Session& session, Wanted wanted, Make make, bool is_last) {
        std::vector<std::size_t> flight;
        for (std::size_t i = 0; i < asked_.size(); ++i) {
            if (!unaskable_[i] && wanted(asked_[i]))
                flight.push_back(i);
            if (flight.size() == kQuestionsPerFlight || (i + 1 == asked_.size() && !flight.empty())) {
                ask(session, flight, make, is_last);
                flight.clear();
            }
        }
    }

    template <class Make>
    void ask(Session& session, const std::vector<std::size_t>& flight, Make make, bool is_last) {
        Budget budget; // of this flight's answers alone: there are as many flights as there are mailboxes
        std::deque<QuotaAnswer> answers;
        std::vector<Command> commands;
        for (const std::size_t i : flight) {
            answers.emplace_back(budget);
            commands.push_back(make(asked_[i].root));
            ++asked_[i].commands;
        }
        const auto conditions = session.fly(commands, [&](const Untagged& response) {
            if (equals_ignoring_case(response.keyword, "QUOTAROOT"))
                return response.command < answers.size();
            if (!equals_ignoring_case(response.keyword, "QUOTA") || response.command >= answers.size())
                return false;
            return answers[response.command].add(parse_quota(response.body));
        });
        for (std::size_t k = 0; k < flight.size(); ++k)
            settle(flight[k], answers[k], conditions[k], is_last);
    }

    void settle(std::size_t i, QuotaAnswer& answer, const Condition& condition, bool is_last) {
        if (!condition.ok()) {
            asked_[i].outcome = refusal(std::string(is_last ? "the server does not tell this mailbox's quota: " : "") +
                                        to_string(condition));
            return;
        }
        answer.set_answered();
        Snapshot snapshot{.measured_at = clock_.now(),
                          .limit_source = LimitSource::not_told,
                          .quota = answer.resources(),
                          .folders = {}};
        classify_limit(snapshot, answer.told(), questions_[i].limit_bytes);
        asked_[i].outcome = std::move(snapshot);
    }

    static ProbeFailure refusal(std::string detail) {
        return {.kind = FailureKind::protocol, .detail = std::move(detail)};
    }

    ProbeCost share(const Asked& asked, double seconds) const {
        ProbeCost cost{
            .round_trips = 0, .commands = asked.commands, .bytes_sent = 0, .bytes_received = 0, .seconds = 0};
        const auto count = static_cast<std::int64_t>(asked_.size());
        cost.seconds = seconds / static_cast<double>(count);
        if (transport_) {
            const net::Traffic& traffic = transport_->traffic();
            cost.round_trips = traffic.round_trips; // of the connection that all of them share
            cost.bytes_sent = traffic.bytes_sent / count;
            cost.bytes_received = (traffic.bytes_received + count - 1) / count;
        }
        return cost;
    }

    std::vector<ProbeReport> make_reports(const ProbeFailure& rest, double seconds) {
        std::vector<ProbeReport> reports;
        bool log_given = false;
        for (Asked& asked : asked_) {
            ProbeReport report;
            report.outcome = asked.outcome ? std::move(*asked.outcome) : rest;
            report.cost = share(asked, seconds);
            report.memory = request_.memory;
            if (report.failure() != nullptr && !std::exchange(log_given, true) && transport_)
                report.wire_log = transport_->wire_log();
            reports.push_back(std::move(report));
        }
        return reports;
    }

    const ProbeRequest& request_;
    const std::vector<QuotaQuestion>& questions_;
    net::Connector& connector_;
    const os::Clock& clock_;
    const os::Cancellation* cancellation_;
    std::unique_ptr<net::Transport> transport_;
    std::vector<Asked> asked_;
    std::vector<bool> unaskable_; ///< known to be wrong before anything was asked
};

} // namespace

std::vector<ProbeReport> ask_quotas(const ProbeRequest& request, const std::vector<QuotaQuestion>& questions,
                                    net::Connector& connector, const os::Clock& clock,
                                    const os::Cancellation* cancellation) {
    return Enquiry(request, questions, connector, clock, cancellation).run();
}

} // namespace mailquotad::imap
