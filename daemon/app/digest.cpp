#include "app/digest.h"

#include "app/mailbox_notes.h"
#include "app/outlook.h"
#include "core/byte_size.h"
#include "os/clock.h"

#include <algorithm>

namespace mailquotad::app {

namespace {

constexpr Days kWeek{7};
constexpr Days kSignOfLife{27}; // so that it comes with the fourth weekly digest
constexpr Days kEndsSoon{14};
constexpr Days kPatienceWithWarning{14};

/// What came in over the last week; a decrease is a clean-up and does not count.
std::optional<std::int64_t> growth(store::Database& database, const std::string& slug, Time now) {
    const auto samples = database.samples(slug, now - kWeek);
    std::optional<std::int64_t> before;
    std::int64_t sum = 0;
    int steps = 0;
    for (const store::Sample& sample : samples) {
        if (!sample.used_bytes)
            continue;
        if (before) {
            sum = saturating_add(sum, std::max<std::int64_t>(0, *sample.used_bytes - *before));
            ++steps;
        }
        before = sample.used_bytes;
    }
    return steps > 0 ? std::optional(sum) : std::nullopt;
}

bool is_ignored(const AlertState& alert, Time now) {
    if (!alert.episode || !alert.episode->told || !alert.stage.stage || *alert.stage.stage < Stage::warning)
        return false;
    return now - alert.stage.since >= patience_with(*alert.stage.stage).value_or(kPatienceWithWarning);
}

void add_failure(notify::DigestMailbox& mailbox, const Notes& notes, Time now) {
    if (!notes.failure)
        return;
    mailbox.failure = notes.failure->kind;
    mailbox.failing_since = os::local_time(notes.failing_since.value_or(now));
}

notify::DigestMailbox digest_mailbox(store::Database& database, const std::string& slug, Time now) {
    notify::DigestMailbox mailbox;
    mailbox.slug = slug;
    const AlertState alert = database.alert_state(slug).value_or(AlertState{});
    const Notes notes = read_notes(database, slug);
    mailbox.stage = alert.stage.stage;
    mailbox.tightest = notes.assessment.tightest;
    mailbox.forecast = stored_forecast(database, slug, now).forecast;
    mailbox.growth_bytes = growth(database, slug, now);
    mailbox.ignored = is_ignored(alert, now);
    add_failure(mailbox, notes, now);
    if (alert.episode && alert.episode->told) {
        mailbox.told = alert.episode->told;
        mailbox.told_at = os::local_time(alert.episode->told->at);
    }
    return mailbox;
}

} // namespace

notify::DigestFacts digest_facts(const settings::Settings& settings, store::Database& database,
                                 const WebmasterMemory& memory, Time now) {
    notify::DigestFacts facts;
    facts.now = os::local_time(now);
    facts.held = memory.burst.hold ? static_cast<int>(memory.burst.hold->mailboxes.size()) : 0;
    if (memory.trouble.smtp_failing_since)
        facts.smtp_failing_since = os::local_time(*memory.trouble.smtp_failing_since);
    std::map<std::string, store::Silence> silences;
    for (store::Silence& silence : database.silences(now))
        silences[silence.mailbox] = std::move(silence);
    std::map<std::string, int> refused;
    for (const store::MailFact& mail : database.mail_facts("", now - kWeek))
        refused[mail.mailbox] += mail.status == "failed" ? 1 : 0;
    for (const settings::Mailbox& one : settings.mailboxes) {
        notify::DigestMailbox mailbox = digest_mailbox(database, one.slug, now);
        mailbox.mails_refused = refused[one.slug];
        if (const auto silence = silences.find(one.slug); silence != silences.end()) {
            mailbox.silence = silence->second.reason;
            mailbox.silent_until = os::local_time(silence->second.until);
            mailbox.silence_ends_soon = silence->second.until - now <= kEndsSoon;
        }
        facts.mailboxes.push_back(std::move(mailbox));
    }
    return facts;
}

bool digest_is_due(const settings::Weekly& digest, const DigestMemory& memory, Time now) {
    return os::local_time(memory.looked_at) < last_weekly(digest.day, digest.minute_of_day, os::local_time(now));
}

bool sign_of_life_is_due(const DigestMemory& memory, Time now) {
    return !memory.mailed_at || now - *memory.mailed_at >= kSignOfLife;
}

notify::Names addresses_of(const settings::Settings& settings) {
    notify::Names names;
    for (const settings::Mailbox& mailbox : settings.mailboxes)
        names[mailbox.slug] = mailbox.address;
    return names;
}

} // namespace mailquotad::app
