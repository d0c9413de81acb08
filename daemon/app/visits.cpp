#include "app/visits.h"

#include <algorithm>
#include <string_view>
#include <utility>

namespace mailquotad::app {
namespace {

const std::optional<Endpoint>& endpoint_of(const settings::Settings& settings, const settings::Mailbox& mailbox) {
    const settings::Server& server = settings.server_of(mailbox);
    return mailbox.protocol == Protocol::pop3 ? server.pop3 : server.imap;
}

/// Whether mailboxes of these two servers are reached and logged in to alike, as far as the server says that.
bool are_reached_alike(const settings::Server& one, const settings::Server& other) {
    return one.trust == other.trust && one.mechanism == other.mechanism && one.plaintext == other.plaintext &&
           one.administrator == other.administrator;
}

bool log_in_alike(const settings::Mailbox& one, const settings::Mailbox& other) {
    return one.username == other.username && one.authorize_as == other.authorize_as && one.password == other.password;
}

} // namespace

void Visits::set(const settings::Settings& settings, Moment now,
                 const std::function<bool(const std::string&)>& is_ours) {
    const auto old = std::exchange(visits_, {});
    for (const settings::Mailbox& mailbox : settings.mailboxes) {
        Visit& visit = visits_[visit_of(mailbox)];
        visit.server = mailbox.server;
        visit.slugs.push_back(mailbox.slug);
    }
    for (const auto& [name, visit] : visits_) {
        if (!is_ours || is_ours(name))
            schedule_.add(name, now, visit.server);
    }
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

void Visits::ask_anew(const settings::Settings& before, const settings::Settings& settings, Moment now) {
    std::map<std::string_view, const settings::Mailbox*> known;
    for (const settings::Mailbox& mailbox : before.mailboxes)
        known.emplace(mailbox.slug, &mailbox);
    for (const settings::Mailbox& mailbox : settings.mailboxes) {
        const auto found = known.find(mailbox.slug);
        if (found == known.end() || visit_of(*found->second) != visit_of(mailbox))
            continue; // a new visit is due at once as it is
        const bool moved = endpoint_of(before, *found->second) != endpoint_of(settings, mailbox);
        if (moved || !log_in_alike(*found->second, mailbox) ||
            !are_reached_alike(before.server_of(*found->second), settings.server_of(mailbox)))
            schedule_.ask_anew(visit_of(mailbox), now, moved);
    }
}

void Visits::take(const std::string& visit, Moment due) {
    if (const auto found = visits_.find(visit); found != visits_.end())
        schedule_.add(visit, due, found->second.server);
}

std::vector<std::string> Visits::slugs_of(const std::string& visit) const {
    const auto found = visits_.find(visit);
    return found == visits_.end() ? std::vector<std::string>{} : found->second.slugs;
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
        jobs.push_back(probe_job(settings, *record->settings, &database, database.hash_key()));
    schedule_.started(visit);
    return jobs;
}

std::optional<Visits::Moment> Visits::ended(const ProbeFinished& last, const MailboxRecords& records,
                                            const settings::Settings& settings, const os::Clock& clock) {
    const auto left = visited(last.visit, records);
    schedule_.finished(last.visit, clock.steady(), delay_of(left, settings.poll.interval), last.report.not_before);
    if (const auto at = wanted_again_at(left))
        schedule_.hasten(last.visit, clock.steady() + std::max(Seconds(1), *at - clock.now()));
    return schedule_.when(last.visit);
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
