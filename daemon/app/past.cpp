#include "app/past.h"

#include "app/history_csv.h"
#include "store/database.h"

#include <algorithm>

namespace mailquotad::app {

namespace {

constexpr Days kEventsShown{400};
constexpr int kMostRecent = 500;

observe::PastMail past_mail(const store::MailFact& fact) {
    using Fate = observe::PastMail::Fate;
    observe::PastMail mail{.mailbox = fact.mailbox,
                           .at = fact.finished_at.value_or(fact.created_at),
                           .kind = fact.kind,
                           .stage = fact.stage};
    if (fact.status != "sent")
        mail.fate = fact.status == "waiting"  ? Fate::waiting
                    : fact.status == "failed" ? Fate::refused
                                              : Fate::withdrawn;
    return mail;
}

/// The mails to owners, oldest first.
std::vector<observe::PastMail> past_mails(store::Database& database, const std::string& slug, Time since) {
    std::vector<observe::PastMail> mails;
    for (const store::MailFact& fact : database.mail_facts(slug, since)) {
        if (fact.recipient == store::Recipient::owner)
            mails.push_back(past_mail(fact));
    }
    return mails;
}

observe::MailboxPast past_of_mailbox(store::Database& database, const std::string& slug, Time now) {
    observe::MailboxPast past;
    for (const store::Sample& sample : database.daily_samples(slug, now - kEventsShown))
        past.days.push_back({.at = sample.at, .used_bytes = *sample.used_bytes, .limit_bytes = sample.limit_bytes});
    past.mails = past_mails(database, slug, now - kEventsShown);
    past.events = database.events(slug, now - kEventsShown);
    return past;
}

observe::RecentPast recent_past(store::Database& database, Time since) {
    observe::RecentPast recent;
    recent.events = database.all_events(since, kMostRecent);
    recent.mails = past_mails(database, "", since);
    std::reverse(recent.mails.begin(), recent.mails.end());
    if (recent.mails.size() > kMostRecent)
        recent.mails.resize(kMostRecent);
    return recent;
}

} // namespace

observe::PastReader past_of(const store::Place& place) {
    const auto open = [place] { return store::Database::open_readonly(place); };
    return {.mailbox =
                [open](const std::string& slug, Time now) {
                    auto database = open();
                    return database ? past_of_mailbox(*database, slug, now) : observe::MailboxPast{};
                },
            .recent =
                [open](Time since) {
                    auto database = open();
                    return database ? recent_past(*database, since) : observe::RecentPast{};
                },
            .csv =
                [open](const std::string& slug) {
                    auto database = open();
                    return history_csv(database ? database->samples(slug, Time{}) : std::vector<store::Sample>{});
                }};
}

} // namespace mailquotad::app
