#include "app/elsewhere.h"

#include "app/mailbox_notes.h"
#include "app/surveys.h"

#include <algorithm>
#include <utility>

namespace mailquotad::app {

namespace {

/// As the last daemon that looked left it; folders are not among what it left.
MailboxRecord as_left(store::Database& database, std::shared_ptr<const settings::Mailbox> mailbox) {
    Notes notes = read_notes(database, mailbox->slug);
    MailboxRecord record = remembered(database, std::move(mailbox), notes);
    record.assessment = std::move(notes.assessment);
    record.failure = std::move(notes.failure);
    if (notes.measured_at) {
        record.snapshot = Snapshot{};
        record.snapshot->measured_at = *notes.measured_at;
        record.snapshot->quota = std::move(notes.quota);
        record.last_attempt = notes.measured_at;
    }
    if (record.failure && !record.evidence.empty())
        record.last_attempt = record.evidence.front().at;
    return record;
}

/// What was measured here and is not stored yet.
void keep_unsaved(store::Database& database, MailboxRecord& record) {
    if (record.unsaved.empty())
        return;
    database.transaction([&] {
        for (const store::Sample& sample : record.unsaved)
            database.add_sample(record.settings->slug, sample);
    });
    record.unsaved.clear();
}

void read_anew(const Hands& hands, MailboxRecord& record, bool here) {
    keep_unsaved(hands.database, record);
    record = as_left(hands.database, record.settings);
    record.here = here;
    remember_survey(hands.database, record);
    hands.webmaster.forget(record.settings->slug);
}

} // namespace

std::map<std::string, int> ours_per_server(MailboxRecords& records, const Share& share) {
    std::map<std::string, int> count;
    for (auto& [slug, record] : records) {
        record.here = share.holds(visit_of(*record.settings));
        count[record.settings->server] += record.here ? 1 : 0;
    }
    return count;
}

void change_hands(const ShareChange& change, const Share& share, const Hands& hands) {
    for (const auto& [key, server] : hands.settings.servers)
        hands.prober.limit(key, share.connections(key, hands.settings.poll.per_server));
    if (!change.any())
        return;
    for (const std::string& unit : change.lost) {
        for (const std::string& slug : hands.visits.slugs_of(unit)) {
            hands.records.at(slug).here = false;
            if (hands.prober.surveying() == slug)
                hands.prober.break_off_survey();
        }
        hands.visits.leave(unit);
    }
    const os::SteadyTime now = hands.clock.steady();
    for (const store::Taken& unit : change.taken) {
        for (const std::string& slug : hands.visits.slugs_of(unit.unit))
            hands.records.at(slug).here = true;
        hands.visits.take(unit.unit, now + std::max(Seconds(0), unit.due_at - hands.clock.now()));
    }
    for (const store::Taken& unit : change.taken) {
        for (const std::string& slug : hands.visits.slugs_of(unit.unit))
            read_anew(hands, hands.records.at(slug), true);
    }
    for (const std::string& unit : change.changed) {
        for (const std::string& slug : hands.visits.slugs_of(unit)) {
            if (MailboxRecord& record = hands.records.at(slug); !record.here)
                read_anew(hands, record, false);
        }
    }
    hands.servers.set_servers(ours_per_server(hands.records, share));
}

void refresh(MailboxRecord& record, store::Database& database) {
    if (auto alert = database.is_shared() ? database.alert_state(record.settings->slug, true) : std::nullopt)
        record.alert = std::move(*alert);
}

} // namespace mailquotad::app
