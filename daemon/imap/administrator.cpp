#include "imap/administrator.h"

#include "core/ascii.h"
#include "imap/budget.h"
#include "imap/excerpt.h"
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
constexpr int kMostBreaks = 8; // of the connection, by answers that break it: half as many mailboxes

/// What became of one question.
struct Asked {
    std::string root;     ///< with the server's separator
    bool refused = false; ///< GETQUOTA was answered by NO: GETQUOTAROOT will tell
    bool suspect = false; ///< a connection broke when its answer was due: asked once more, after all others and alone
    std::optional<std::variant<Snapshot, ProbeFailure>> outcome;
    int commands = 0;
};

/// Whether a conversation broke over something that was said in it, so that others may still be answered in a new one.
bool may_be_one_answers_fault(FailureKind kind) {
    return kind == FailureKind::protocol || kind == FailureKind::limit || kind == FailureKind::connect;
}

class Enquiry {
public:
    Enquiry(const ProbeRequest& request, const std::vector<QuotaQuestion>& questions, net::Connector& connector,
            const os::Clock& clock, const os::Cancellation* cancellation)
        : request_(request), questions_(questions), connector_(connector), clock_(clock),
          deadline_(os::Deadline::in(request.timeout, cancellation)), asked_(questions.size()) {}

    std::vector<ProbeReport> run() {
        const os::SteadyTime began = clock_.steady();
        ProbeFailure rest{.kind = FailureKind::internal, .detail = "the server did not answer this question"};
        try {
            while (converse()) {
            }
        } catch (const net::NetError& error) {
            rest = {.kind = error.kind(), .detail = error.what()};
        } catch (const std::exception& error) {
            rest = {.kind = FailureKind::internal, .detail = error.what()};
        }
        hang_up();
        const double seconds = std::chrono::duration<double>(clock_.steady() - began).count();
        return make_reports(rest, seconds);
    }

private:
    /// One connection. True where it broke and another one may be answered what is left.
    bool converse() {
        flight_.clear();
        try {
            transport_ =
                connector_.connect({.endpoint = request_.endpoint, .trust = request_.trust, .deadline = deadline_});
            Budget budget;
            Session session(*transport_, budget);
            log_in(session, *transport_, request_);
            check_offer(session);
            if (!named_)
                name_roots(session);
            ask_all(session, false, Command::get_quota);
            ask_all(session, true, Command::get_quota_root);
            flight_.clear();
            session.fly({Command::log_out()}, {});
        } catch (const net::NetError& error) {
            if (flight_.empty() || !may_be_one_answers_fault(error.kind()) || ++breaks_ > kMostBreaks)
                throw;
            blame(error);
            hang_up();
            return true;
        }
        return false;
    }

    /// Servers answer in the order of the questions, so it broke over the first one without an answer.
    void blame(const net::NetError& error) {
        const auto first = std::find(answered_.begin(), answered_.end(), false) - answered_.begin();
        Asked& asked = asked_[flight_.at(static_cast<std::size_t>(first))];
        if (asked.suspect)
            asked.outcome = refusal(std::string("the conversation broke twice over this mailbox: ") + error.what());
        asked.suspect = true;
    }

    void hang_up() {
        if (!transport_)
            return;
        const net::Traffic& traffic = transport_->traffic();
        traffic_.round_trips += traffic.round_trips;
        traffic_.bytes_sent += traffic.bytes_sent;
        traffic_.bytes_received += traffic.bytes_received;
        const auto lines = transport_->wire_log();
        if (!wire_log_.empty())
            wire_log_.emplace_back(kAnotherConnection);
        wire_log_.insert(wire_log_.end(), lines.begin(), lines.end());
        transport_->close();
        transport_.reset();
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
        named_ = true;
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

    /// All questions that are open, a hundred in a flight; suspects go last and alone.
    template <class Make>
    void ask_all(Session& session, bool refused, Make make) {
        for (const bool suspect : {false, true}) {
            const std::size_t most = suspect ? 1 : kQuestionsPerFlight;
            std::vector<std::size_t> open;
            for (std::size_t i = 0; i < asked_.size(); ++i) {
                const Asked& asked = asked_[i];
                if (!asked.outcome && asked.refused == refused && asked.suspect == suspect)
                    open.push_back(i);
            }
            for (auto from = open.begin(); from != open.end();) {
                const auto count = std::min<std::ptrdiff_t>(open.end() - from, static_cast<std::ptrdiff_t>(most));
                flight_.assign(from, from + count);
                ask(session, make);
                from += count;
            }
        }
    }

    template <class Make>
    void ask(Session& session, Make make) {
        Budget budget; // of this flight's answers alone: there are as many flights as there are mailboxes
        std::deque<QuotaAnswer> answers;
        std::vector<Command> commands;
        answered_.assign(flight_.size(), false);
        for (const std::size_t i : flight_) {
            answers.emplace_back(budget);
            commands.push_back(make(asked_[i].root));
            ++asked_[i].commands;
        }
        session.fly(
            commands,
            [&](const Untagged& response) {
                if (equals_ignoring_case(response.keyword, "QUOTAROOT"))
                    return response.command < answers.size();
                if (!equals_ignoring_case(response.keyword, "QUOTA") || response.command >= answers.size())
                    return false;
                return answers[response.command].add(parse_quota(response.body));
            },
            [&](std::size_t k, const Condition& condition) {
                settle(flight_[k], answers[k], condition);
                answered_[k] = true;
            });
    }

    void settle(std::size_t i, QuotaAnswer& answer, const Condition& condition) {
        Asked& asked = asked_[i];
        if (!condition.ok()) {
            if (asked.refused)
                asked.outcome = refusal("the server does not tell this mailbox's quota: " + to_string(condition));
            asked.refused = true;
            return;
        }
        answer.set_answered();
        Snapshot snapshot{.measured_at = clock_.now(),
                          .limit_source = LimitSource::not_told,
                          .quota = answer.resources(),
                          .folders = {}};
        classify_limit(snapshot, answer.told(), questions_[i].limit_bytes);
        asked.outcome = std::move(snapshot);
    }

    static ProbeFailure refusal(std::string detail) {
        return {.kind = FailureKind::protocol, .detail = std::move(detail)};
    }

    ProbeCost share(const Asked& asked, double seconds) const {
        ProbeCost cost{
            .round_trips = 0, .commands = asked.commands, .bytes_sent = 0, .bytes_received = 0, .seconds = 0};
        const auto count = static_cast<std::int64_t>(asked_.size());
        cost.seconds = seconds / static_cast<double>(count);
        cost.round_trips = traffic_.round_trips; // of the connections that all of them share
        cost.bytes_sent = traffic_.bytes_sent / count;
        cost.bytes_received = (traffic_.bytes_received + count - 1) / count;
        return cost;
    }

    std::vector<ProbeReport> make_reports(const ProbeFailure& rest, double seconds) {
        std::vector<ProbeReport> reports;
        for (Asked& asked : asked_) {
            ProbeReport report;
            report.outcome = asked.outcome ? std::move(*asked.outcome) : rest;
            report.cost = share(asked, seconds);
            report.memory = request_.memory;
            if (report.failure() != nullptr)
                report.wire_log = log_about(asked);
            reports.push_back(std::move(report));
        }
        return reports;
    }

    [[nodiscard]] std::vector<std::string> log_about(const Asked& asked) const {
        const auto make = asked.refused ? Command::get_quota_root : Command::get_quota;
        return excerpt_about(wire_log_, fits_a_line(asked.root) ? make(asked.root).pieces().front().text : "");
    }

    const ProbeRequest& request_;
    const std::vector<QuotaQuestion>& questions_;
    net::Connector& connector_;
    const os::Clock& clock_;
    const os::Deadline deadline_;
    std::unique_ptr<net::Transport> transport_;
    std::vector<Asked> asked_;
    std::vector<std::size_t> flight_; ///< what is being asked, as indices of asked_
    std::vector<bool> answered_;      ///< of the flight
    bool named_ = false;              ///< the roots have the server's separator in them
    int breaks_ = 0;
    net::Traffic traffic_; ///< of all connections
    std::vector<std::string> wire_log_;
};

} // namespace

std::vector<ProbeReport> ask_quotas(const ProbeRequest& request, const std::vector<QuotaQuestion>& questions,
                                    net::Connector& connector, const os::Clock& clock,
                                    const os::Cancellation* cancellation) {
    return Enquiry(request, questions, connector, clock, cancellation).run();
}

} // namespace mailquotad::imap
