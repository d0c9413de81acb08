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

    /// One search at a time: its answer has no tag, and Dovecot 2.3 runs searches that come together side by side, so
    /// that both answers stand before the first tagged line.
    std::vector<std::int64_t> uids(const Command& command) {
        std::vector<std::int64_t> found;
        const Condition answer = session_.run(command, [&](const Untagged& response) {
            if (!equals_ignoring_case(response.keyword, "SEARCH"))
                return false;
            Cursor body = response.body;
            for (body.skip_spaces(); !body.at_end(); body.skip_spaces()) {
                const auto uid = body.number();
                if (!uid)
                    break; // "(MODSEQ …)" of RFC 7162, which nobody asked for
                found.push_back(*uid);
            }
            return true;
        });
        if (!answer.ok())
            throw net::NetError(FailureKind::protocol, "the server does not search: " + to_string(answer));
        return found;
    }

    void ask(const std::vector<std::int64_t>& reports, BounceReport& report) {
        for (const BounceQuestion& question : search_.questions) {
            const auto found = uids(Command::search_text(reports, question.message_id));
            if (!found.empty())
                report.bounces.push_back(look_closer(question, found));
        }
    }

    Bounce look_closer(const BounceQuestion& question, const std::vector<std::int64_t>& reports) {
        Bounce bounce{.message_id = question.message_id, .recipients = {}, .no_room = false};
        bounce.no_room = !uids(Command::search_no_room(reports)).empty();
        for (const std::string& recipient : question.recipients) {
            const bool ascii = std::all_of(recipient.begin(), recipient.end(), [](char c) { return (c & 0x80) == 0; });
            if (question.recipients.size() < 2 || !ascii || !Command::can_be_sent(recipient))
                continue;
            if (!uids(Command::search_text(reports, "rfc822; " + recipient)).empty() ||
                !uids(Command::search_text(reports, "rfc822;" + recipient)).empty())
                bounce.recipients.push_back(recipient);
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
