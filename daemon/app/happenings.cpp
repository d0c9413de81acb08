#include "app/happenings.h"

#include "app/mailbox_notes.h"

#include <algorithm>

namespace mailquotad::app {

void note_unreachable(MailboxRecord& record) {
    if (record.unreachable || (record.failures_in_a_row < 2 && !fails_for_good(record.failure->kind)))
        return;
    record.unreachable = true;
    record.happened.push_back(
        {.at = *record.failing_since, .kind = EventKind::unreachable, .failure = record.failure->kind});
}

void note_recovery(MailboxRecord& record, const Snapshot& next) {
    if (record.unreachable)
        record.happened.push_back({.at = next.measured_at, .kind = EventKind::reachable});
    record.unreachable = false;
    if (!record.snapshot)
        return;
    const store::Sample before = sample_of(*record.snapshot);
    const store::Sample after = sample_of(next);
    if (!before.used_bytes || !after.used_bytes)
        return;
    const std::int64_t freed = *before.used_bytes - *after.used_bytes;
    if (is_cleared(freed, after.limit_bytes))
        record.happened.push_back({.at = next.measured_at, .kind = EventKind::freed, .bytes = freed});
}

bool was_unreachable(store::Database& database, const MailboxRecord& record) {
    if (!record.failing_since)
        return false;
    const auto events = database.events(record.settings->slug, *record.failing_since);
    return std::any_of(events.begin(), events.end(),
                       [](const MailboxEvent& event) { return event.kind == EventKind::unreachable; });
}

std::vector<MailboxEvent> happened_with(const MailboxRecord& record, const Decision& decision) {
    std::vector<MailboxEvent> events = record.happened;
    const StageState& before = record.alert.stage;
    const StageState& after = decision.next.stage;
    const bool first_sight = !record.alert.decided_before;
    if (before.stage != after.stage && !(first_sight && after.stage == Stage::ok))
        events.push_back({.at = after.since, .kind = EventKind::stage, .before = before.stage, .after = after.stage});
    return events;
}

} // namespace mailquotad::app
