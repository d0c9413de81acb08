#include "app/bounce_watch.h"

#include "app/news.h"
#include "app/refusals.h"
#include "app/schedule.h"
#include "notify/outbox_runner.h"
#include "observe/log_event.h"
#include "text/catalog.h"

#include <spdlog/spdlog.h>

#include <algorithm>

namespace mailquotad::app {

namespace {

constexpr Days kWatched{7}; // servers give up after five (RFC 5321 section 4.5.4.1)
constexpr int kMostMails = 500;
constexpr const char* kMemoryNote = "bounces";

imap::BounceQuestion question_of(const store::SentMail& mail, const settings::Settings& settings) {
    imap::BounceQuestion question{.message_id = mail.message_id, .recipients = {}};
    const settings::Mailbox* mailbox = settings.find(mail.mailbox);
    if (mailbox != nullptr && mail.recipient == store::Recipient::owner)
        question.recipients = mailbox->owner.mail;
    return question;
}

/// Key of the server whose mailboxes are looked at by IMAP at this endpoint; empty where there is none.
std::string server_at(const settings::Settings& settings, const Endpoint& endpoint) {
    for (const auto& [key, server] : settings.servers) {
        if (server.imap == endpoint)
            return key;
    }
    return "";
}

ProbeRequest request_of(const settings::Settings& settings, const std::string& memory) {
    const settings::Bounces& bounces = *settings.bounces;
    ProbeRequest request;
    request.endpoint = bounces.endpoint;
    request.trust = bounces.trust;
    request.allow_plaintext = bounces.plaintext;
    request.username = bounces.username;
    request.timeout = settings.poll.timeout;
    request.memory = memory;
    return request;
}

/// What a worker needs, by value.
struct Job {
    imap::BounceSearch search;
    settings::SecretReference secret;
    LoginMemory logins;
    std::string hash_key;
    std::vector<store::SentMail> asked;
};

BouncesFinished failed(BouncesFinished finished, FailureKind kind, std::string detail, const Job& job) {
    finished.report.failure = ProbeFailure{.kind = kind, .detail = std::move(detail)};
    finished.report.memory = job.search.request.memory;
    return finished;
}

BouncesFinished run(Job job, const ProbeWorld& world) {
    BouncesFinished finished;
    finished.asked = job.asked;
    auto secret = settings::read_secret(job.secret, world.secrets, finished.warnings);
    if (const auto* error = std::get_if<settings::SecretError>(&secret))
        return failed(std::move(finished), FailureKind::credential, error->message, job);
    ProbeRequest& request = job.search.request;
    request.password = std::move(std::get<Secret>(secret));
    LoginResult& login = finished.login;
    login.keys = login_keys(request, job.hash_key);
    if (auto obstacle = login_obstacle(login.keys, job.logins, request.password, job.hash_key, world.clock.now()))
        return failed(std::move(finished), FailureKind::login_refused, std::move(obstacle->detail), job);
    login.credential = credential_key(login.keys.login, request.password, job.hash_key);
    login.shared_credential = credential_key(login.keys.shared, request.password, job.hash_key);
    finished.report = imap::search_bounces(job.search, world.connector, world.cancellation);
    login.tried = true;
    login.accepted = !finished.report.failure;
    login.refused = finished.report.failure && finished.report.failure->kind == FailureKind::login_refused;
    if (finished.report.failure)
        login.detail = finished.report.failure->detail;
    return finished;
}

notify::AdminEvent event_of(const MailContext& context, const settings::Mailbox& mailbox, const store::SentMail& mail,
                            bool others_have_it) {
    const std::map<std::string, std::string> values = {{"mailbox", mailbox.slug}};
    notify::AdminEvent event;
    event.kind = AdminEventKind::mail_bounced;
    event.key = mailbox.slug + '.' + std::to_string(mail.episode) + (others_have_it ? ".one" : ".all");
    event.slug = mailbox.slug;
    event.server = mailbox.server;
    event.stage = mail.stage;
    event.address = mailbox.address;
    event.at = context.now;
    event.title = sentence(context, "news.mail_bounced_title", values);
    event.text = sentence(context, others_have_it ? "news.mail_bounced_one" : "news.mail_bounced_all", values);
    return event;
}

/// One mail that came back. Part of the caller's transaction.
void settle_one(store::Database& database, const MailContext& context, const store::SentMail& mail,
                const imap::Bounce& bounce) {
    const settings::Mailbox* mailbox = context.settings.find(mail.mailbox);
    database.mark_bounced(mail.id, bounce.no_room ? "came back: the mailbox has no room" : "came back");
    if (mailbox == nullptr)
        return;
    const bool is_copy = mail.recipient == store::Recipient::copy;
    if (bounce.no_room && (is_copy || mailbox->owner.mail.empty()))
        note_refused_for_space(database, mailbox->slug, "bounce", context.now);
    if (is_copy)
        return; // its refusal changes nothing else
    const bool others = !bounce.recipients.empty() && bounce.recipients.size() < mailbox->owner.mail.size();
    const auto state = database.alert_state(mail.mailbox, true);
    if (!others && state)
        database.save_alert_state(mail.mailbox, notify::state_after_bounce(*state, mail, context.now));
    try {
        tell_webmaster(database, context, event_of(context, *mailbox, mail, others));
    } catch (const text::CatalogError& error) { // a broken text must not keep the fact out of the database
        spdlog::error("{}: the webmaster cannot be told of a bounce: {}", mailbox->slug, error.what());
    }
}

} // namespace

void BounceWatch::turn(const settings::Settings& settings, store::Database& database, Prober& prober) {
    if (!settings.bounces || busy_ || world_.clock.steady() < due_)
        return;
    const std::string server = server_at(settings, settings.bounces->endpoint);
    if (!prober.has_room(server))
        return;
    const Time now = world_.clock.now();
    Job job;
    job.asked = database.sent_mail(now - kWatched, kMostMails);
    due_ = world_.clock.steady() + settings.bounces->interval;
    if (job.asked.empty())
        return;
    job.search.request = request_of(settings, database.note(store::kNoMailbox, kMemoryNote).value_or(""));
    job.search.folder = settings.bounces->folder;
    job.search.since = std::chrono::floor<Days>(now - kWatched - Days(1)); // a server's day may begin earlier
    for (const store::SentMail& mail : job.asked)
        job.search.questions.push_back(question_of(mail, settings));
    job.secret = settings.bounces->password;
    job.hash_key = database.hash_key();
    job.logins = login_memory(database, login_keys(job.search.request, job.hash_key));
    busy_ = true;
    server_ = server;
    prober.visited(server_);
    pool_.submit([this, job = std::move(job)] { finished_(run(job, world_)); });
}

void BounceWatch::settle(const BouncesFinished& found, store::Database& database, const MailContext& context,
                         std::map<std::string, MailboxRecord>& records, Status& status) {
    for (const std::string& warning : found.warnings)
        spdlog::warn("bounces: {}", warning);
    const auto& failure = found.report.failure;
    failures_in_a_row_ = failure ? failures_in_a_row_ + 1 : 0;
    const Seconds interval = context.settings.bounces ? context.settings.bounces->interval : Seconds(3600);
    due_ = world_.clock.steady() +
           delay_after(interval, failure ? std::optional(failure->kind) : std::nullopt, failures_in_a_row_);
    if (failure)
        spdlog::warn("bounces: {}: {}", to_string(failure->kind), failure->detail);
    int count = 0;
    database.transaction([&] {
        record_login(database, found.login, context.now);
        database.save_note(store::kNoMailbox, kMemoryNote, found.report.memory);
        for (const imap::Bounce& bounce : found.report.bounces) {
            const auto mail = std::find_if(found.asked.begin(), found.asked.end(),
                                           [&](const auto& one) { return one.message_id == bounce.message_id; });
            if (mail == found.asked.end())
                continue;
            settle_one(database, context, *mail, bounce);
            observe::log_event({.event = observe::LogEvent::mail_bounced,
                                .level = observe::LogLevel::warning,
                                .text = mail->mailbox + ": mail " + mail->message_id + " came back",
                                .mailbox = mail->mailbox});
            ++count;
        }
    });
    for (const store::SentMail& mail : found.asked) {
        const auto record = records.find(mail.mailbox);
        if (count > 0 && record != records.end())
            record->second.alert = database.alert_state(mail.mailbox).value_or(record->second.alert);
    }
    if (count > 0)
        status.notifications_failed["bounced"] += count;
}

} // namespace mailquotad::app
