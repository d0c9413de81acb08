#include "app/webmaster.h"

#include "app/digest.h"
#include "app/elsewhere.h"
#include "app/mails.h"
#include "app/news.h"
#include "app/probe_job.h"
#include "app/rules.h"
#include "notify/webmaster_mail.h"
#include "observe/log_event.h"
#include "os/clock.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

namespace mailquotad::app {

namespace {

constexpr Days kLimitRemembered{2};
constexpr std::chrono::seconds kLookEvery{10};

Population population_of(const settings::Settings& settings) {
    Population population{.all = static_cast<int>(settings.mailboxes.size()), .of_server = {}};
    for (const settings::Mailbox& mailbox : settings.mailboxes)
        ++population.of_server[mailbox.server];
    return population;
}

/// A jump is proven, so that the guard is asked about it.
bool is_confirmed(const Decision& decision) {
    switch (decision.reason) {
    case DecisionReason::stage_entered:
    case DecisionReason::stage_raised:
    case DecisionReason::quiet_hours:
    case DecisionReason::day_off:
    case DecisionReason::once_a_day:
    case DecisionReason::per_hour_limit:
        return true;
    default:
        return false;
    }
}

bool can_ask(const settings::Settings& settings) {
    return settings.smtp && !settings.smtp->admin.empty();
}

/// The same news for a chat: `text` was made without addresses.
notify::AdminEvent event_of(AdminEventKind kind, const std::string& name, const notify::WebmasterText& text, Time now) {
    notify::AdminEvent event;
    event.kind = kind;
    event.key = name;
    event.title = text.subject;
    event.at = now;
    const auto add = [&event](const std::string& line) { event.text += event.text.empty() ? line : '\n' + line; };
    for (const std::string& line : text.intro)
        add(line);
    for (const auto& section : text.sections) {
        add(section.heading);
        for (const std::string& line : section.lines)
            add("- " + line);
    }
    for (const std::string& line : text.closing)
        add(line);
    return event;
}

AdminEventKind kind_of(const TroubleNews& news) {
    if (news.begun.empty())
        return AdminEventKind::server_gone; // all of it is over
    switch (news.begun.front().kind) {
    case TroubleKind::login:
        return AdminEventKind::login_refused;
    case TroubleKind::smtp:
        return AdminEventKind::smtp_failing;
    case TroubleKind::server_gone:
        break;
    }
    return AdminEventKind::server_gone;
}

store::OutboxRow webmaster_row(const settings::Settings& settings, const std::string& hash_key, const std::string& name,
                               const notify::WebmasterText& text, const text::Catalog& catalog, Time now) {
    const MailContext context{.settings = settings, .catalog = catalog, .hash_key = hash_key, .now = now};
    const notify::Message message = notify::compose_webmaster({.from = settings.smtp->from,
                                                               .to = settings.smtp->admin,
                                                               .language = settings.language,
                                                               .message_id = message_id(context, name),
                                                               .now = now},
                                                              text, catalog);
    store::OutboxRow row;
    row.mailbox = store::kNoMailbox;
    row.recipient = store::Recipient::admin;
    row.kind = NotificationKind::webmaster;
    row.message_id = message.message_id;
    row.to = message.to;
    row.text = notify::to_rfc5322(message);
    row.created_at = row.not_before = now;
    return row;
}

std::vector<Sight> sights_of(const std::map<std::string, MailboxRecord>& records) {
    std::vector<Sight> sights;
    sights.reserve(records.size());
    for (const auto& [slug, record] : records)
        sights.push_back({.slug = slug,
                          .server = record.settings->server,
                          .login = record.settings->server + '/' + login_of(*record.settings),
                          .tried = record.last_attempt.has_value(),
                          .failure = record.failure,
                          .measured_at = record.snapshot ? std::optional(record.snapshot->measured_at) : std::nullopt});
    return sights;
}

notify::BurstFacts burst_facts(const BurstState& burst, const std::map<std::string, MailboxRecord>& records) {
    notify::BurstFacts facts;
    facts.until = os::local_time(burst.hold->since + kLongestHold);
    for (const std::string& slug : burst.hold->mailboxes) {
        notify::BurstLine line;
        line.slug = slug;
        if (const auto jump = burst.jumps.find(slug); jump != burst.jumps.end()) {
            line.from = jump->second.from;
            line.to = jump->second.to;
        }
        if (const auto record = records.find(slug); record != records.end())
            line.tightest = record->second.assessment.tightest;
        if (const auto limit = burst.limits.find(slug); limit != burst.limits.end())
            line.limit = limit->second;
        facts.mailboxes.push_back(std::move(line));
    }
    return facts;
}

} // namespace

Webmaster::Webmaster(store::Database& database, const text::Catalog& catalog)
    : database_(database), catalog_(catalog), memory_(read_webmaster_memory(database)), saved_(memory_) {}

void Webmaster::count_mailboxes(const settings::Settings& settings) {
    population_ = population_of(settings);
}

std::optional<std::int64_t> Webmaster::limit_before(const std::string& slug, Time now) {
    if (const auto known = limits_.find(slug); known != limits_.end())
        return known->second;
    const auto samples = database_.samples(slug, now - kLimitRemembered);
    return samples.empty() ? std::nullopt : samples.back().limit_bytes;
}

void Webmaster::observe(const MailboxRecord& record, const AlertState& alert, Time now) {
    const std::string& slug = record.settings->slug;
    const bool seen_before = record.alert.decided_before;
    if (!record.unsaved.empty() && record.unsaved.back().limit_bytes) {
        const std::int64_t limit = *record.unsaved.back().limit_bytes;
        const auto before = limit_before(slug, now);
        if (seen_before && before && *before != limit)
            observe_limit(
                memory_.burst, slug,
                {.server = record.settings->server, .before_bytes = *before, .after_bytes = limit, .at = now});
        limits_[slug] = limit;
    }
    const auto before = record.alert.stage.stage;
    if (seen_before && before && alert.stage.stage)
        observe_stage(memory_.burst, slug, record.settings->server, *before, *alert.stage.stage, now);
}

Decision Webmaster::decide(const settings::Settings& settings, const MailboxRecord& record, const AlertState& alert,
                           Time now, bool mail_on_its_way) {
    listen();
    Circumstances circumstances = circumstances_of(database_, record.settings->slug, now);
    circumstances.mail_in_flight = mail_on_its_way;
    AlertRules rules = rules_for(settings, *record.settings);
    const auto& burst = settings.alerts.burst;
    const bool guarded = burst && can_ask(settings) && burst_is_possible(*burst, population_);
    if (!guarded)
        return mailquotad::decide(alert, record.assessment, rules, circumstances);
    const std::string& slug = record.settings->slug;
    const Seconds window = burst_window(settings.poll.interval);
    rules.burst_window = window;
    observe(record, alert, circumstances.now);
    circumstances.held = memory_.burst.holds_mail_of(slug);
    Decision decision = mailquotad::decide(alert, record.assessment, rules, circumstances);
    if (circumstances.held || !is_confirmed(decision) ||
        !holds_back(memory_.burst, slug, *burst, population_, window, circumstances.now)) {
        if (decision.notify)
            memory_.burst.jumps.erase(slug); // told: no part of a later burst
        return decision;
    }
    circumstances.held = true;
    return mailquotad::decide(alert, record.assessment, rules, circumstances);
}

void Webmaster::save() {
    if (memory_ == saved_)
        return;
    require_unchanged();
    save_webmaster_memory(database_, memory_);
    saved_ = memory_;
}

void Webmaster::listen() {
    if (database_.is_shared() && memory_ == saved_)
        memory_ = saved_ = read_webmaster_memory(database_);
}

/// What was changed here rests on what the database held; others may have changed that.
void Webmaster::require_unchanged() {
    if (!database_.is_shared() || !was_overtaken(database_, saved_))
        return;
    memory_ = saved_ = read_webmaster_memory(database_);
    limits_.clear(); // what was seen just now is to be seen again
    throw store::OvertakenError("another daemon was faster with what concerns the webmaster");
}

void Webmaster::mail_tried(const MailFinished& finished, Time now) {
    const bool works = finished.result.outcome != notify::DeliveryOutcome::deferred;
    if (!works && !memory_.trouble.smtp_failing_since)
        spdlog::error("mail cannot leave: {}", finished.result.detail);
    follow_smtp(memory_.trouble, works, finished.result.detail, now);
}

std::vector<std::string> Webmaster::turn(const settings::Settings& settings,
                                         std::map<std::string, MailboxRecord>& records, Time now, bool speaks) {
    try {
        listen();
    } catch (const store::StoreError&) {
        // told by whoever reads or writes next
    }
    if (!speaks)
        return keep_what_was_seen();
    if (now < looked_at_ || now - looked_at_ >= kLookEvery) { // not after each of thousands of probes
        follow_troubles(memory_.trouble, sights_of(records), now);
        forget_old_jumps(memory_.burst, now);
        looked_at_ = now;
    }
    try {
        std::vector<std::string> freed = answer_burst(records, now);
        if (can_ask(settings)) {
            ask_about_burst(settings, records, now);
            tell_troubles(settings, records, now);
            send_digest(settings, now);
        }
        if (!(memory_ == saved_))
            database_.transaction([&] { save(); });
        store_fails_ = false;
        return freed;
    } catch (const store::OvertakenError&) {
        return {}; // what another daemon saw counts; the next turn goes on from there
    } catch (const store::StoreError& error) {
        if (!std::exchange(store_fails_, true))
            spdlog::error("what the webmaster is to be told could not be stored, tried again: {}", error.what());
        return {};
    }
}

std::vector<std::string> Webmaster::keep_what_was_seen() {
    try {
        if (!(memory_ == saved_))
            database_.transaction([&] { save(); });
    } catch (const store::OvertakenError&) {
        // what another daemon saw counts; ours comes with the next mail that is tried
    }
    return {};
}

/// The hold ends by an answer, or by itself after two days.
std::vector<std::string> Webmaster::answer_burst(std::map<std::string, MailboxRecord>& records, Time now) {
    const auto answer = read_burst_answer(database_);
    const bool over = hold_is_over(memory_.burst, now);
    if (!answer && !over)
        return {};
    WebmasterMemory after = memory_;
    std::vector<std::string> slugs = end_hold(after.burst);
    std::map<std::string, AlertState> changed;
    for (const std::string& slug : slugs) {
        const auto record = records.find(slug);
        if (answer == BurstAnswer::drop && record != records.end()) {
            refresh(record->second, database_);
            changed[slug] = dropped(record->second.alert, now);
        }
    }
    database_.transaction([&] {
        require_unchanged();
        if (answer)
            save_burst_answer(database_, std::nullopt);
        for (const auto& [slug, alert] : changed)
            database_.save_alert_state(slug, alert);
        save_webmaster_memory(database_, after);
    });
    memory_ = saved_ = std::move(after);
    for (auto& [slug, alert] : changed)
        records.at(slug).alert = std::move(alert);
    if (!slugs.empty())
        observe::log_event(
            {.event = observe::LogEvent::burst_ended,
             .level = observe::LogLevel::warning,
             .text = fmt::format("mails about {} mailboxes that were held: {}", slugs.size(),
                                 answer == BurstAnswer::drop      ? "dropped by the webmaster"
                                 : answer == BurstAnswer::release ? "released by the webmaster"
                                                                  : "released after two days without an answer")});
    std::erase_if(slugs, [&records](const std::string& slug) { return !records.contains(slug); });
    return slugs;
}

void Webmaster::ask_about_burst(const settings::Settings& settings, const std::map<std::string, MailboxRecord>& records,
                                Time now) {
    const auto& hold = memory_.burst.hold;
    if (!hold || hold->asked)
        return;
    const auto text =
        notify::burst_text(burst_facts(memory_.burst, records), addresses_of(settings), catalog_, settings.language);
    const std::string name =
        "burst." + std::to_string(hold->number) + '.' + std::to_string(hold->since.time_since_epoch().count());
    WebmasterMemory after = memory_;
    after.burst.hold->asked = true;
    const auto public_text = notify::burst_text(burst_facts(memory_.burst, records), {}, catalog_, settings.language);
    queue(settings, webmaster_row(settings, database_.hash_key(), name, text, catalog_, now),
          event_of(AdminEventKind::burst_held, name, public_text, now), std::move(after));
    observe::log_event(
        {.event = observe::LogEvent::burst_held,
         .level = observe::LogLevel::warning,
         .text = fmt::format("{} mailboxes jumped together: their mails are held, the webmaster is asked",
                             memory_.burst.hold->mailboxes.size())});
}

void Webmaster::tell_troubles(const settings::Settings& settings, const std::map<std::string, MailboxRecord>& records,
                              Time now) {
    WebmasterMemory after = memory_;
    const TroubleNews news = take_news(after.trouble, now);
    if (news.empty())
        return;
    const AdminEventKind kind = kind_of(news);
    if (!daemon_tells(settings, kind)) {
        memory_ = std::move(after); // told by others: a change of the settings brings no old news
        return;
    }
    notify::Names names;
    for (const auto& [slug, record] : records)
        names[slug] = record.settings->address;
    const auto text = notify::trouble_text(news, names, catalog_, settings.language, &os::local_time);
    const std::string name = "trouble." + std::to_string(now.time_since_epoch().count());
    const auto public_text = notify::trouble_text(news, {}, catalog_, settings.language, &os::local_time);
    queue(settings, webmaster_row(settings, database_.hash_key(), name, text, catalog_, now),
          event_of(kind, name, public_text, now), std::move(after));
    observe::log_event({.event = observe::LogEvent::webmaster_told,
                        .text = fmt::format("the webmaster is told of {} troubles and of {} that are over",
                                            news.begun.size(), news.over.size())});
}

void Webmaster::send_digest(const settings::Settings& settings, Time now) {
    if (!settings.alerts.digest || !digest_is_due(*settings.alerts.digest, memory_.digest, now))
        return;
    const bool first_start = memory_.digest.looked_at == Time{};
    memory_.digest.looked_at = now;
    if (first_start)
        return; // what was due before the daemon knew anything
    const auto facts = digest_facts(settings, database_, memory_, now);
    if (!notify::has_news(facts) && !sign_of_life_is_due(memory_.digest, now))
        return;
    const auto text = notify::digest_text(facts, addresses_of(settings), catalog_, settings.language);
    WebmasterMemory after = memory_;
    after.digest.mailed_at = now;
    const std::string name = "digest." + format_date(facts.now.day);
    const auto public_text = notify::digest_text(facts, {}, catalog_, settings.language);
    queue(settings, webmaster_row(settings, database_.hash_key(), name, text, catalog_, now),
          event_of(AdminEventKind::digest, name, public_text, now), std::move(after));
    spdlog::info("the weekly digest is on its way");
}

/// Mail and memory change together: a question is asked once, whatever happens in between.
void Webmaster::queue(const settings::Settings& settings, const store::OutboxRow& row, const notify::AdminEvent& event,
                      WebmasterMemory after) {
    const MailContext context{
        .settings = settings, .catalog = catalog_, .hash_key = database_.hash_key(), .now = event.at};
    database_.transaction([&] {
        require_unchanged();
        database_.enqueue(row);
        for (const store::OutboxRow& webhook : webhook_rows(context, event))
            database_.enqueue(webhook);
        save_webmaster_memory(database_, after);
    });
    memory_ = saved_ = std::move(after);
}

} // namespace mailquotad::app
