#include "notify/outbox_runner.h"

#include <algorithm>
#include <array>
#include <chrono>

namespace mailquotad::notify {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

constexpr std::array<Seconds, 5> kBackOff = {minutes(1), minutes(5), minutes(15), hours(1), hours(4)};

std::string error_text(const DeliveryResult& result) {
    return result.detail.empty() ? result.reason : result.reason + ": " + result.detail;
}

void write(store::Database& database, const store::OutboxRow& row, const DeliveryResult& result, OutboxChange change,
           Time now) {
    switch (change) {
    case OutboxChange::sent:
        return database.mark_sent(row.id, now);
    case OutboxChange::deferred:
        return database.mark_deferred(row.id, next_attempt(row.attempts + 1, now), error_text(result));
    case OutboxChange::failed:
        return database.mark_failed(row.id, now, error_text(result));
    }
}

} // namespace

Time next_attempt(int attempts, Time now) {
    const auto step = static_cast<std::size_t>(std::clamp(attempts, 1, static_cast<int>(kBackOff.size())));
    return now + kBackOff[step - 1];
}

OutboxChange change_for(const store::OutboxRow& row, const DeliveryResult& result, Time now) {
    switch (result.outcome) {
    case DeliveryOutcome::accepted:
        return OutboxChange::sent;
    case DeliveryOutcome::refused:
        return OutboxChange::failed;
    case DeliveryOutcome::deferred:
        break;
    }
    return now - row.created_at >= kGiveUpAfter ? OutboxChange::failed : OutboxChange::deferred;
}

AlertState state_after(const AlertState& state, const store::OutboxRow& row, OutboxChange change, Time now) {
    if (row.recipient != store::Recipient::owner || change == OutboxChange::deferred) {
        return state;
    }
    if (state.episode && state.episode->number != row.episode) {
        AlertState next = state; // a late mail of an earlier episode tells nothing of this one
        next.last_mail_at = change == OutboxChange::sent ? now : next.last_mail_at;
        return next;
    }
    return change == OutboxChange::sent ? accepted(state, row.kind, row.stage, now)
                                        : refused_for_good(state, row.kind, row.stage, now);
}

AlertState state_after_bounce(const AlertState& state, const store::SentMail& mail, Time now) {
    if (!state.episode || state.episode->number != mail.episode)
        return state; // of an earlier episode: it tells nothing of this one
    AlertState next = refused_for_good(state, mail.kind, mail.stage, now);
    if (next.episode)
        next.episode->told.reset();
    return next;
}

std::optional<store::OutboxRow> row_for_others(const store::OutboxRow& row, Time now) {
    if (row.recipient != store::Recipient::owner || row.to.size() < 2)
        return std::nullopt;
    store::OutboxRow other = row;
    other.to.erase(other.to.begin());
    other.message_id.insert(std::min(other.message_id.find('@'), other.message_id.size()), ".other");
    if (const auto at = other.text.find(row.message_id); at != std::string::npos)
        other.text.replace(at, row.message_id.size(), other.message_id);
    other.created_at = other.not_before = now;
    other.attempts = 0;
    other.last_error.clear();
    return other;
}

bool is_lack_of_space(std::string_view answer) {
    const auto is_part = [](char c) { return (c >= '0' && c <= '9') || c == '.'; };
    for (std::size_t begin = 0; begin < answer.size();) {
        if (!is_part(answer[begin])) {
            ++begin;
            continue;
        }
        std::size_t end = begin;
        while (end < answer.size() && is_part(answer[end]))
            ++end;
        const std::string_view number = answer.substr(begin, end - begin);
        if (number == "5.2.2" || number == "4.2.2" || number == "552")
            return true;
        begin = end;
    }
    return false;
}

OutboxChange settle(store::Database& database, const store::OutboxRow& row, const DeliveryResult& result, Time now,
                    const std::function<void(OutboxChange)>& also) {
    const OutboxChange change = change_for(row, result, now);
    database.transaction([&] {
        write(database, row, result, change, now);
        const auto others = change == OutboxChange::failed ? row_for_others(row, now) : std::nullopt;
        if (others)
            database.enqueue(*others); // the owner is not refused before all of them are
        const auto state = database.alert_state(row.mailbox, true);
        if (state && !others) {
            if (const AlertState next = state_after(*state, row, change, now); !(next == *state))
                database.save_alert_state(row.mailbox, next);
        }
        if (also)
            also(change);
    });
    return change;
}

} // namespace mailquotad::notify
