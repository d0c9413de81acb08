#include "app/visits.h"

#include <algorithm>
#include <utility>

namespace mailquotad::app {

void Visits::set(const settings::Settings& settings, Moment now) {
    const auto old = std::exchange(visits_, {});
    for (const settings::Mailbox& mailbox : settings.mailboxes) {
        Visit& visit = visits_[visit_of(mailbox)];
        visit.server = mailbox.server;
        visit.slugs.push_back(mailbox.slug);
    }
    for (const auto& [name, visit] : visits_)
        schedule_.add(name, now);
    for (const auto& [name, visit] : old) {
        if (!visits_.contains(name))
            schedule_.remove(name);
    }
    const Seconds interval = settings.poll.interval;
    if (interval < std::exchange(interval_, interval).value_or(interval)) {
        int turn = 0;
        for (const auto& [name, visit] : visits_)
            schedule_.hasten(name, now + interval * ++turn / static_cast<int>(visits_.size()));
    }
}

std::optional<Visits::Moment> Visits::when(const settings::Mailbox& mailbox) const {
    return schedule_.when(visit_of(mailbox));
}

std::vector<const MailboxRecord*> Visits::visited(const std::string& visit, const MailboxRecords& records) const {
    std::vector<const MailboxRecord*> found;
    const auto known = visits_.find(visit);
    if (known == visits_.end())
        return found;
    for (const std::string& slug : known->second.slugs)
        found.push_back(&records.at(slug));
    return found;
}

std::vector<ProbeJob> Visits::start(const std::string& visit, const MailboxRecords& records,
                                    const settings::Settings& settings, store::Database& database) {
    std::vector<ProbeJob> jobs;
    for (const MailboxRecord* record : visited(visit, records))
        jobs.push_back(probe_job(settings, record->settings, &database, database.hash_key()));
    schedule_.started(visit);
    return jobs;
}

void Visits::ended(const ProbeFinished& last, const MailboxRecords& records, const settings::Settings& settings,
                   const os::Clock& clock) {
    const auto left = visited(last.visit, records);
    schedule_.finished(last.visit, clock.steady(), delay_of(left, settings.poll.interval), last.report.not_before);
    if (const auto at = wanted_again_at(left))
        schedule_.hasten(last.visit, clock.steady() + std::max(Seconds(1), *at - clock.now()));
}

Seconds delay_of(const std::vector<const MailboxRecord*>& visited, Seconds interval) {
    std::optional<FailureKind> kind;
    int failures = 0;
    for (const MailboxRecord* record : visited) {
        if (!record->failure || (kind && record->failure->kind != *kind))
            return interval;
        kind = record->failure->kind;
        failures = std::max(failures, record->failures_in_a_row);
    }
    return delay_after(interval, kind, failures);
}

std::optional<Time> wanted_again_at(const std::vector<const MailboxRecord*>& visited) {
    std::optional<Time> earliest;
    for (const MailboxRecord* record : visited) {
        if (!record->failure && record->look_again_at)
            earliest = earliest ? std::min(*earliest, *record->look_again_at) : *record->look_again_at;
    }
    return earliest;
}

} // namespace mailquotad::app
