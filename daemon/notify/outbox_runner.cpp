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

OutboxChange settle(store::Database& database, const store::OutboxRow& row, const DeliveryResult& result, Time now) {
    const OutboxChange change = change_for(row, result, now);
    database.transaction([&] {
        write(database, row, result, change, now);
        const auto state = database.alert_state(row.mailbox);
        if (!state) {
            return;
        }
        if (const AlertState next = state_after(*state, row, change, now); !(next == *state)) {
            database.save_alert_state(row.mailbox, next);
        }
    });
    return change;
}

} // namespace mailquotad::notify
