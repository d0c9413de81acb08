#include "imap/bounces.h"

#include "core/ascii.h"
#include "imap/budget.h"
#include "imap/login.h"
#include "imap/session.h"

#include <algorithm>
#include <charconv>
#include <exception>
#include <memory>

namespace mailquotad::imap {

namespace {

constexpr std::size_t kFlight = 100; ///< commands in one write

/// "1 UIDVALIDITY NEXTUID": reports below NEXTUID were looked into.
struct Place {
    std::int64_t uidvalidity = 0;
    std::int64_t next_uid = 1;
};

Place place_of(const std::string& memory) {
    Place place;
    if (!memory.starts_with("1 "))
        return place;
    const char* const end = memory.data() + memory.size();
    const auto first = std::from_chars(memory.data() + 2, end, place.uidvalidity);
    if (first.ec != std::errc() || first.ptr == end)
        return {};
    const auto second = std::from_chars(first.ptr + 1, end, place.next_uid);
    return second.ec == std::errc() && place.next_uid > 0 ? place : Place{};
}

class Search {
public:
    Search(const BounceSearch& search, Session& session) : search_(search), session_(session) {}

    void run(BounceReport& report) {
        Place place = place_of(search_.request.memory);
        examine(place);
        auto reports = uids(Command::search_reports(place.next_uid, search_.since));
        // "n:*" holds the last message even where its UID is lower (RFC 3501 section 6.4.8).
        std::erase_if(reports, [&](std::int64_t uid) { return uid < place.next_uid; });
        std::sort(reports.begin(), reports.end());
        const bool all = reports.size() <= kMostReports;
        if (!all)
            reports.resize(kMostReports);
        if (!reports.empty()) {
            ask(reports, report);
            place.next_uid = reports.back() + 1;
        }
        report.memory = "1 " + std::to_string(place.uidvalidity) + ' ' + std::to_string(place.next_uid);
    }

private:
    void examine(Place& place) {
        std::int64_t uidvalidity = 0;
        const Condition answer = session_.run(Command::examine(search_.folder), [&](const Untagged& response) {
            if (response.condition != nullptr && response.condition->code == "UIDVALIDITY")
                uidvalidity = Cursor(response.condition->arguments).number().value_or(0);
            return true;
        });
        if (!answer.ok())
            throw net::NetError(FailureKind::protocol, "the folder cannot be opened: " + to_string(answer));
        if (uidvalidity != place.uidvalidity)
            place = {.uidvalidity = uidvalidity, .next_uid = 1};
    }

    /// The answers of several searches, in their order.
    std::vector<std::vector<std::int64_t>> uids(const std::vector<Command>& commands) {
        std::vector<std::vector<std::int64_t>> found(commands.size());
        const auto answers = session_.fly(commands, [&](const Untagged& response) {
            if (!equals_ignoring_case(response.keyword, "SEARCH") || response.command >= found.size())
                return false;
            Cursor body = response.body;
            for (body.skip_spaces(); !body.at_end(); body.skip_spaces()) {
                const auto uid = body.number();
                if (!uid)
                    break; // "(MODSEQ …)" of RFC 7162, which nobody asked for
                found[response.command].push_back(*uid);
            }
            return true;
        });
        for (const Condition& answer : answers) {
            if (!answer.ok())
                throw net::NetError(FailureKind::protocol, "the server does not search: " + to_string(answer));
        }
        return found;
    }
    std::vector<std::int64_t> uids(const Command& command) { return uids(std::vector{command}).front(); }

    void ask(const std::vector<std::int64_t>& reports, BounceReport& report) {
        for (std::size_t begin = 0; begin < search_.questions.size(); begin += kFlight) {
            const std::size_t end = std::min(begin + kFlight, search_.questions.size());
            std::vector<Command> commands;
            for (std::size_t i = begin; i < end; ++i)
                commands.push_back(Command::search_text(reports, search_.questions[i].message_id));
            const auto found = uids(commands);
            for (std::size_t i = begin; i < end; ++i) {
                if (!found[i - begin].empty())
                    report.bounces.push_back(look_closer(search_.questions[i], found[i - begin]));
            }
        }
    }

    Bounce look_closer(const BounceQuestion& question, const std::vector<std::int64_t>& reports) {
        Bounce bounce{.message_id = question.message_id, .recipients = {}, .no_room = false};
        std::vector<Command> commands = {Command::search_no_room(reports)};
        std::vector<std::string> names;
        for (const std::string& recipient : question.recipients) {
            const bool ascii = std::all_of(recipient.begin(), recipient.end(), [](char c) { return (c & 0x80) == 0; });
            if (question.recipients.size() < 2 || !ascii || !Command::can_be_sent(recipient))
                continue;
            commands.push_back(Command::search_text(reports, "rfc822; " + recipient));
            commands.push_back(Command::search_text(reports, "rfc822;" + recipient));
            names.push_back(recipient);
        }
        const auto found = uids(commands);
        bounce.no_room = !found.front().empty();
        for (std::size_t i = 0; i < names.size(); ++i) {
            if (!found[2 * i + 1].empty() || !found[2 * i + 2].empty())
                bounce.recipients.push_back(names[i]);
        }
        return bounce;
    }

    const BounceSearch& search_;
    Session& session_;
};

void converse(const BounceSearch& search, net::Transport& transport, BounceReport& report) {
    Budget budget;
    Session session(transport, budget);
    log_in(session, transport, search.request);
    Search(search, session).run(report);
    session.run(Command::log_out());
    report.commands = session.commands();
}

} // namespace

BounceReport search_bounces(const BounceSearch& search, net::Connector& connector,
                            const os::Cancellation* cancellation) {
    BounceReport report;
    report.memory = search.request.memory;
    try {
        const auto transport = connector.connect({.endpoint = search.request.endpoint,
                                                  .trust = search.request.trust,
                                                  .deadline = os::Deadline::in(search.request.timeout, cancellation)});
        converse(search, *transport, report);
        transport->close();
    } catch (const net::NetError& error) {
        report.failure = ProbeFailure{.kind = error.kind(), .detail = error.what()};
    } catch (const std::exception& error) {
        report.failure = ProbeFailure{.kind = FailureKind::internal, .detail = error.what()};
    }
    if (report.failure) { // all of it is asked anew
        report.bounces.clear();
        report.memory = search.request.memory;
    }
    return report;
}

} // namespace mailquotad::imap
