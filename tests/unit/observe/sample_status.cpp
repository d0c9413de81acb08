#include "sample_status.h"

#include "catch.h"
#include "os/clock.h"

#include <cstdlib>
#include <fstream>
#include <iterator>

namespace mailquotad::observe {
namespace {

using Minutes = std::chrono::minutes;
using Hours = std::chrono::hours;

constexpr std::int64_t kMiB = 1024 * 1024;

MailboxStatus measured(const std::string& slug, std::optional<Stage> stage, LimitSource source) {
    MailboxStatus mailbox;
    mailbox.slug = slug;
    mailbox.server = "qloc";
    mailbox.assessment.stage = stage;
    mailbox.assessment.limit_source = source;
    mailbox.stage_since = sample_time() - Days{3};
    mailbox.last_success = sample_time() - Minutes{4};
    mailbox.last_attempt = mailbox.last_success;
    mailbox.last_probe_succeeded = true;
    mailbox.next_attempt = sample_time() + Minutes{11};
    mailbox.begins_at = {0.70, 0.80, 0.92, 0.99};
    mailbox.last_cost = {.round_trips = 5, .commands = 4, .bytes_sent = 210, .bytes_received = 1300, .seconds = 0.25};
    return mailbox;
}

void store(MailboxStatus& mailbox, std::int64_t used, std::optional<std::int64_t> limit) {
    mailbox.quota.push_back({"User quota", "STORAGE", used, limit, Unit::bytes});
    if (limit && *limit > 0) {
        mailbox.assessment.tightest = Tightest{.root = "User quota",
                                               .resource = "STORAGE",
                                               .used_ratio = static_cast<double>(used) / static_cast<double>(*limit),
                                               .used = used,
                                               .limit = *limit,
                                               .unit = Unit::bytes};
    }
}

void fail(MailboxStatus& mailbox, FailureKind kind, const std::string& detail, Seconds since) {
    mailbox.last_probe_succeeded = false;
    mailbox.failure = ProbeFailure{kind, detail};
    mailbox.failing_since = sample_time() - since;
    mailbox.failures[kind] = 3;
    mailbox.last_success = sample_time() - since - Minutes{15};
    mailbox.last_attempt = sample_time() - Minutes{4};
    mailbox.next_attempt = sample_time() + Hours{4};
}

MailboxStatus full_one() {
    MailboxStatus mailbox = measured("kasse", Stage::full, LimitSource::server);
    store(mailbox, 101 * kMiB, 100 * kMiB);
    mailbox.assessment.reasons = {Reason::used, Reason::free, Reason::refused};
    mailbox.last_told = Told{Stage::full, sample_time() - Hours{26}, 2};
    mailbox.notifications_sent[{Stage::full, "email"}] = 2;
    mailbox.decision = DecisionReason::already_told;
    return mailbox;
}

MailboxStatus urgent_one() {
    MailboxStatus mailbox = measured("vorstand", Stage::urgent, LimitSource::server);
    mailbox.quota.push_back({"User quota", "STORAGE", 300 * kMiB, 1024 * kMiB, Unit::bytes});
    mailbox.quota.push_back({"User quota", "MESSAGE", 9412, 10000, Unit::count});
    mailbox.assessment.tightest = Tightest{"User quota", "MESSAGE", 0.9412, 9412, 10000, Unit::count};
    mailbox.assessment.reasons = {Reason::messages};
    mailbox.decision = DecisionReason::quiet_hours;
    mailbox.next = {{NextKind::after_quiet_hours, sample_time() + Hours{13}}};
    return mailbox;
}

/// Growth that may be half or double of what is likely.
Forecast forecast(std::int64_t used, double growth, const FullInDays& full) {
    Forecast result{.growth_bytes_per_day = growth, .full_in_days = full};
    for (std::size_t i = 0; i < kForecastHorizons.size(); ++i) {
        const auto likely = static_cast<std::int64_t>(growth) * kForecastHorizons[i];
        result.used_bytes[i] = {.p10 = used + likely / 2,
                                .p25 = used + likely / 4 * 3,
                                .p50 = used + likely,
                                .p75 = used + likely / 2 * 3,
                                .p90 = used + likely * 2};
    }
    return result;
}

MailboxStatus warning_one() {
    MailboxStatus mailbox = measured("kim", Stage::warning, LimitSource::server);
    store(mailbox, 412 * kMiB, 500 * kMiB);
    mailbox.quota.push_back({"User quota", "MESSAGE", 8120, std::nullopt, Unit::count});
    mailbox.assessment.reasons = {Reason::used, Reason::full_within};
    mailbox.roles = {{FolderRole::inbox, {"", FolderRole::inbox, 6200, 251 * kMiB}},
                     {FolderRole::sent, {"", FolderRole::sent, 1400, 97 * kMiB}},
                     {FolderRole::trash, {"", FolderRole::trash, 500, 58 * kMiB}},
                     {FolderRole::junk, {"", FolderRole::junk, 20, std::nullopt}},
                     {FolderRole::other, {"", FolderRole::other, std::nullopt, 6 * kMiB}}};
    mailbox.messages = 8120;
    AdvicePlan plan;
    plan.all = {{.kind = AdviceKind::empty_trash,
                 .role = FolderRole::trash,
                 .folder = {},
                 .frees_bytes = 58 * kMiB,
                 .messages = 500,
                 .used_ratio_after = 0.708,
                 .days_gained = {},
                 .effort = Effort::click,
                 .reversible = false,
                 .before = {},
                 .larger_than_bytes = {},
                 .limit_bytes = {}},
                {.kind = AdviceKind::archive_old,
                 .role = FolderRole::inbox,
                 .folder = {},
                 .frees_bytes = 160 * kMiB,
                 .messages = 3000,
                 .used_ratio_after = 0.504,
                 .days_gained = {},
                 .effort = Effort::computer,
                 .reversible = true,
                 .before = {},
                 .larger_than_bytes = {},
                 .limit_bytes = {}}};
    plan.plan = plan.all;
    plan.reaches_target = true;
    plan.used_ratio_after_plan = 0.388;
    mailbox.advice = std::make_shared<const AdvicePlan>(plan);
    mailbox.next = {{NextKind::reminder, sample_time() + Days{4}}, {NextKind::call, sample_time() + Days{30}}};
    mailbox.forecast = forecast(432013312, 2'500'000.0, {.p10 = 12.4, .p25 = 20.0, .p50 = 35.2, .p90 = 80.7});
    mailbox.last_told = Told{Stage::warning, sample_time() - Days{3}, 1};
    mailbox.notifications_sent[{Stage::warning, "email"}] = 1;
    mailbox.decision = DecisionReason::already_told;
    return mailbox;
}

MailboxStatus hostile_one() {
    MailboxStatus mailbox = measured(hostile_text(), Stage::ok, LimitSource::server);
    mailbox.server = hostile_text();
    mailbox.note = hostile_text() + " kim.muster@verein.example";
    mailbox.silenced = Silenced{sample_time() + Days{2}, mailbox.note};
    mailbox.next = {{NextKind::silence_ends, sample_time() + Days{2}}, {NextKind::below_per_hour, {}}};
    mailbox.quota.push_back({hostile_text(), "STORAGE", kMiB, 100 * kMiB, Unit::bytes});
    mailbox.quota.push_back({hostile_text(), "STORAGE", 2 * kMiB, 100 * kMiB, Unit::bytes});
    mailbox.quota.push_back({hostile_text(), hostile_text(), 7, 8, Unit::count});
    mailbox.assessment.tightest = Tightest{hostile_text(), hostile_text(), 0.875, 7, 8, Unit::count};
    mailbox.failure = ProbeFailure{FailureKind::protocol, "<kim.muster@verein.example> " + hostile_text()};
    mailbox.last_probe_succeeded = false;
    mailbox.notifications_sent[{Stage::warning, hostile_text()}] = 1;
    return mailbox;
}

} // namespace

Time sample_time() {
    return *parse_utc("2026-11-21T19:00:00Z");
}

std::string hostile_text() {
    return std::string("</td><script>alert('x')</script>\"' \xE2\x80\xAE"
                       "evil\x1b[31m\r\nforged \xff") +
           '\0' + "&amp;{n}";
}

Status sample_status() {
    Status status;
    status.at = sample_time();
    status.started_at = sample_time() - Days{9};
    status.version = "0.1.0";
    status.first_round_done = status.started_at + Minutes{1};
    status.last_round_done = sample_time() - Minutes{4};
    status.config_last_reload_success = status.started_at;
    status.outbox_pending = 1;
    status.silences_active = 1;
    status.remarks = {
        {Remark::Kind::other, "2 Mails warten: webmaster@verein.example ist nicht erreichbar", ""},
        {Remark::Kind::no_owner_mail, "mailbox info: no owner.mail, so its warnings go into the mailbox", "info"},
        {Remark::Kind::no_webmaster, "smtp.admin is empty: no webmaster is told anything by mail", ""}};
    status.notifications_failed["smtp_5xx"] = 2;
    status.notifications_suppressed[DecisionReason::already_told] = 41;

    MailboxStatus quiet = measured("info", Stage::ok, LimitSource::settings);
    store(quiet, 61 * kMiB, 500 * kMiB);
    quiet.forecast = forecast(61 * kMiB, 100'000.0, {});
    MailboxStatus unlimited = measured("sippe", Stage::ok, LimitSource::none);
    store(unlimited, 5000 * kMiB, std::nullopt);
    MailboxStatus refused = measured("zeltlager", Stage::ok, LimitSource::server);
    store(refused, 200 * kMiB, 500 * kMiB);
    fail(refused, FailureKind::login_refused, "[AUTHENTICATIONFAILED] no such user zeltlager@verein.example", Hours{5});
    MailboxStatus gone = measured("archiv", Stage::warning, LimitSource::server);
    store(gone, 450 * kMiB, 500 * kMiB);
    gone.forecast = forecast(450 * kMiB, 1.0, {.p10 = 1.0, .p25 = 1.0, .p50 = 1.0, .p90 = 1.0});
    fail(gone, FailureKind::dns, "mail.verein.example: Name or service not known", Days{4});
    MailboxStatus untold = measured("material", std::nullopt, LimitSource::not_told);
    untold.forecast_reason = ForecastReason::no_usage;
    untold.silenced = Silenced{sample_time() + Days{10}, "wird umgezogen"};
    untold.note = "silenced until 2026-12-01: wird umgezogen";
    quiet.mails_to = MailsTo::mailbox_itself;
    MailboxStatus unclear = measured("presse", std::nullopt, LimitSource::unclear);
    store(unclear, 77 * kMiB, 0);
    MailboxStatus untried;
    untried.slug = "neu";
    untried.server = "active24";
    MailboxStatus noticed = measured("jugend", Stage::notice, LimitSource::server);
    store(noticed, 365 * kMiB, 500 * kMiB);
    noticed.assessment.reasons = {Reason::used};
    noticed.forecast =
        forecast(365 * kMiB, 300'000.0, {.p10 = 90.0, .p25 = 200.0, .p50 = std::nullopt, .p90 = std::nullopt});

    const auto policy = std::make_shared<const Policy>(default_policy());
    for (MailboxStatus mailbox : {quiet, warning_one(), unlimited, full_one(), refused, gone, untold, unclear, untried,
                                  noticed, urgent_one(), hostile_one()}) {
        mailbox.policy = policy;
        status.mailboxes.add(std::move(mailbox));
    }
    return status;
}

MailboxPast sample_past() {
    MailboxPast past;
    for (int day = 170; day >= 0; --day) {
        if (day > 60 && day < 75) {
            continue; // nobody measured
        }
        const std::int64_t cleared = day < 120 ? 90 * kMiB : 0;
        past.days.push_back({.at = sample_time() - Days{day},
                             .used_bytes = (500 - cleared / kMiB - day) * kMiB + day % 7 * 100'000,
                             .limit_bytes = 500 * kMiB});
    }
    using Kind = EventKind;
    const auto stage = [](int days_ago, std::optional<Stage> before, Stage after) {
        return MailboxEvent{
            .at = sample_time() - Days{days_ago}, .kind = Kind::stage, .before = before, .after = after};
    };
    past.events = {stage(170, std::nullopt, Stage::notice),
                   stage(140, Stage::notice, Stage::warning),
                   {.at = sample_time() - Days{120}, .kind = Kind::freed, .bytes = 90 * kMiB},
                   stage(120, Stage::warning, Stage::ok),
                   {.at = sample_time() - Days{74}, .kind = Kind::unreachable, .failure = FailureKind::timeout},
                   {.at = sample_time() - Days{60}, .kind = Kind::reachable},
                   stage(3, Stage::ok, Stage::warning)};
    using Fate = PastMail::Fate;
    past.mails = {
        {"kim", sample_time() - Days{140}, NotificationKind::warning, Stage::warning, Fate::accepted},
        {"kim", sample_time() - Days{130}, NotificationKind::reminder, Stage::warning, Fate::refused},
        {"kim", sample_time() - Days{120}, NotificationKind::all_clear, Stage::ok, Fate::accepted},
        {"kim", sample_time() - Days{3}, NotificationKind::warning, Stage::warning, Fate::accepted},
    };
    return past;
}

RecentPast sample_recent() {
    RecentPast recent;
    const auto freed = [](Time at, std::int64_t bytes) {
        return MailboxEvent{.at = at, .kind = EventKind::freed, .bytes = bytes};
    };
    recent.events = {
        {"info", freed(sample_time() - Hours{2}, 3 * kMiB)},
        {"info", freed(sample_time() - Hours{3}, 4 * kMiB)},
        {"zeltlager",
         {.at = sample_time() - Hours{5}, .kind = EventKind::unreachable, .failure = FailureKind::login_refused}},
        {"kim",
         {.at = sample_time() - Days{3}, .kind = EventKind::stage, .before = Stage::notice, .after = Stage::warning}},
        {"gone", freed(sample_time() - Days{4}, 9 * kMiB)}};
    recent.mails = {
        {"vorstand", sample_time() - Minutes{9}, NotificationKind::warning, Stage::urgent, PastMail::Fate::waiting},
        {"kim", sample_time() - Days{3}, NotificationKind::warning, Stage::warning, PastMail::Fate::accepted}};
    return recent;
}

std::shared_ptr<const text::Catalog> catalog() {
    static const bool utc = os::set_zone("UTC");
    static const auto shared = std::make_shared<const text::Catalog>(SOURCE_FOLDER "/config/messages");
    REQUIRE(utc);
    return shared;
}

void check_golden(const std::string& name, const std::string& text) {
    const std::string path = SOURCE_FOLDER "/tests/golden/observe/" + name;
    if (const char* update = std::getenv("MAILQUOTAD_UPDATE_GOLDEN"); update && std::string(update) == "1") {
        std::ofstream(path, std::ios::binary) << text;
    }
    std::ifstream file(path, std::ios::binary);
    const std::string golden{std::istreambuf_iterator<char>(file), {}};
    INFO("golden file " << path << "; MAILQUOTAD_UPDATE_GOLDEN=1 unit_observe writes it anew");
    CHECK(text == golden);
}

} // namespace mailquotad::observe
