#include "notice_examples.h"

#include <regex>
#include <utility>

namespace mailquotad::notify_test {

using notify::NoticeFacts;
using namespace std::chrono_literals;

namespace {

constexpr std::int64_t kMiB = 1LL << 20;

std::chrono::sys_days measured_day() {
    return std::chrono::year(2026) / 11 / 21;
}

Folder folder(std::string name, FolderRole role, std::int64_t messages, std::int64_t size_bytes) {
    return {.name = std::move(name), .role = role, .messages = messages, .size_bytes = size_bytes};
}

Resource storage(std::int64_t used, std::int64_t limit) {
    return {.root = "User quota", .name = "STORAGE", .used = used, .limit = limit, .unit = Unit::bytes};
}

Tightest tightest(const Resource& resource) {
    return {.root = resource.root,
            .resource = resource.name,
            .used_ratio = static_cast<double>(resource.used) / static_cast<double>(*resource.limit),
            .used = resource.used,
            .limit = *resource.limit,
            .unit = resource.unit};
}

void set_quota(NoticeFacts& facts, const Resource& resource) {
    facts.snapshot.quota = {resource};
    facts.assessment.tightest = tightest(resource);
}

void set_stage(NoticeFacts& facts, Stage stage, std::vector<Reason> reasons) {
    facts.notification.stage = stage;
    facts.assessment.stage = stage;
    facts.assessment.reasons = std::move(reasons);
}

Forecast forecast(std::optional<double> early, std::optional<double> late) {
    return {.growth_bytes_per_day = 1e6, .full_in_days = {.p10 = early, .p25 = early, .p50 = late, .p90 = late}};
}

NoticeFacts urgent() {
    NoticeFacts facts = ordinary_facts();
    set_stage(facts, Stage::urgent, {Reason::used, Reason::full_within});
    set_quota(facts, storage(93 * kMiB, 100 * kMiB));
    facts.forecast = forecast(4.0, 11.0);
    return facts;
}

NoticeFacts full_and_refusing() {
    NoticeFacts facts = ordinary_facts();
    set_stage(facts, Stage::full, {Reason::used, Reason::refused});
    set_quota(facts, storage(107 * kMiB, 100 * kMiB));
    facts.forecast = forecast(1.0, 2.0);
    facts.webmail.clear();
    return facts;
}

NoticeFacts second_mail(NoticeFacts facts) {
    facts.notification.kind = NotificationKind::reminder;
    facts.notification.number = 3;
    facts.first_message_id = facts.message_id;
    facts.last_message_id = "kim.4.2.0badc0de0bad@verein.example";
    facts.message_id = "kim.4.3.c0ffeec0ffee@verein.example";
    return facts;
}

NoticeFacts all_clear() {
    NoticeFacts facts = second_mail(ordinary_facts());
    facts.notification.kind = NotificationKind::all_clear;
    set_quota(facts, storage(61 * kMiB, 100 * kMiB));
    facts.assessment.stage = Stage::ok;
    facts.assessment.reasons.clear();
    return facts;
}

NoticeFacts too_many_messages() {
    NoticeFacts facts = ordinary_facts();
    set_stage(facts, Stage::warning, {Reason::messages});
    const Resource messages{.root = "User quota", .name = "MESSAGE", .used = 8400, .limit = 10000, .unit = Unit::count};
    set_quota(facts, messages);
    facts.snapshot.quota.push_back(storage(310 * kMiB, 1024 * kMiB));
    facts.snapshot.folders = {
        folder("INBOX", FolderRole::inbox, 6100, 200 * kMiB), folder("Sent", FolderRole::sent, 1299, 80 * kMiB),
        folder("Trash", FolderRole::trash, 1000, 30 * kMiB), folder("Junk", FolderRole::junk, 1, 4096)};
    return facts;
}

NoticeFacts little_free() {
    NoticeFacts facts = ordinary_facts();
    set_stage(facts, Stage::warning, {Reason::free});
    set_quota(facts, storage(76 * kMiB, 100 * kMiB));
    facts.forecast = forecast(20.0, 75.0);
    return facts;
}

NoticeFacts limit_from_settings() {
    NoticeFacts facts = ordinary_facts();
    facts.assessment.limit_source = LimitSource::settings;
    facts.snapshot.limit_source = LimitSource::settings;
    facts.snapshot.quota.front().root.clear();
    facts.assessment.tightest->root.clear();
    facts.forecast = forecast(20.0, 300.0);
    return facts;
}

NoticeFacts early_note() {
    NoticeFacts facts = ordinary_facts();
    set_stage(facts, Stage::notice, {Reason::used});
    set_quota(facts, storage(72 * kMiB, 100 * kMiB));
    facts.forecast = forecast(120.0, std::nullopt);
    facts.owner_name.clear();
    return facts;
}

NoticeFacts test_mail() {
    NoticeFacts facts = ordinary_facts();
    set_stage(facts, Stage::ok, {});
    facts.test = true;
    facts.assessment.tightest.reset();
    facts.assessment.limit_source = LimitSource::none;
    facts.snapshot = Snapshot{};
    facts.snapshot.limit_source = LimitSource::none;
    facts.webmail.clear();
    return facts;
}

Advice advice(AdviceKind kind, FolderRole role, std::int64_t frees, std::int64_t messages, double after) {
    Advice one;
    one.kind = kind;
    one.role = role;
    one.frees_bytes = frees;
    one.messages = messages;
    one.used_ratio_after = after;
    one.counts = Counts::yes;
    return one;
}

AdvicePlan plan() {
    Advice trash = advice(AdviceKind::empty_trash, FolderRole::trash, 12 * kMiB, 1234, 0.71);
    trash.counts = Counts::presumably;
    trash.days_gained = 24;
    Advice old = advice(AdviceKind::archive_old, FolderRole::inbox, 21 * kMiB, 402, 0.50);
    old.before = Month{2024 * 12 + 2};
    old.days_gained = 45;
    old.reversible = true;
    Advice sent = advice(AdviceKind::sent_attachments, FolderRole::sent, 9 * kMiB, 7, 0.41);
    sent.larger_than_bytes = kMiB;
    AdvicePlan plan;
    plan.target_ratio = 0.70;
    plan.plan = {trash, old, sent};
    plan.all = {trash, sent, old};
    plan.reaches_target = true;
    plan.used_ratio_after_plan = 0.41;
    return plan;
}

NoticeFacts with_advice(const std::string& client, const std::string& language) {
    NoticeFacts facts = ordinary_facts();
    facts.advice = plan();
    facts.guide = text::ClientGuides(SOURCE_FOLDER "/config/clients").guide(client, language);
    facts.forecast = forecast(12.0, 29.0);
    facts.wording.contact = "0123 456";
    facts.wording.announced = language == "de" ? "am 3. November im Rundbrief" : "on 3 November in the newsletter";
    facts.codeword = "Zwergdommel";
    return facts;
}

NoticeFacts formal_and_full(const std::string& language) {
    NoticeFacts facts = with_advice("outlook-new", language);
    facts.wording.formal = true;
    facts.owner_name = "Kim Muster";
    set_stage(facts, Stage::full, {Reason::used});
    set_quota(facts, storage(100 * kMiB, 100 * kMiB));
    Advice bigger = advice(AdviceKind::bigger_box, FolderRole::other, 0, 0, 0.66);
    bigger.limit_bytes = 150 * kMiB;
    facts.advice->plan = {advice(AdviceKind::delete_largest, FolderRole::inbox, 8 * kMiB, 5, 0.92), bigger};
    facts.advice->reaches_target = false;
    return facts;
}

NoticeFacts by_pop3(const std::string& language) {
    NoticeFacts facts = with_advice("thunderbird", language);
    facts.pop3 = Endpoint{.protocol = Protocol::pop3, .tls = TlsMode::implicit, .host = "p2.qloc.de", .port = 995};
    facts.advice->plan = {advice(AdviceKind::fetch_by_pop3, FolderRole::inbox, 46 * kMiB, 812, 0.37)};
    facts.advice->used_ratio_after_plan = 0.37;
    return facts;
}

NoticeFacts relieved() {
    NoticeFacts facts = all_clear();
    facts.freed_bytes = 22 * kMiB;
    facts.forecast = forecast(200.0, 320.0);
    return facts;
}

// Names of folders that try to break out, to hide and to become a link.
NoticeFacts hostile() {
    NoticeFacts facts = urgent();
    facts.owner_name = "Kim\r\nBcc: all@verein.example";
    facts.webmail = "https://phish.example/login";
    facts.snapshot.folders = {
        folder("<script>alert(1)</script> \"&'", FolderRole::other, 12, 40 * kMiB),
        folder("www.phish.example\xe2\x80\xae/\x1b[31m", FolderRole::other, 7, 30 * kMiB),
        folder("HTTP://phish.example/?a=b kim@phish.example and so on, further than anyone would read",
               FolderRole::other, 5, 20 * kMiB),
        folder("Trash", FolderRole::trash, 3, 2 * kMiB)};
    return facts;
}

} // namespace

text::Catalog shipped_catalog() {
    return text::Catalog(SOURCE_FOLDER "/config/messages");
}

NoticeFacts ordinary_facts() {
    NoticeFacts facts;
    facts.address = "kim.muster@verein.example";
    facts.owner_name = "Kim";
    facts.from = "Webmaster·in Verein <webmaster@verein.example>";
    facts.to = {"kim@privat.example"};
    facts.language = "de";
    facts.webmail = "Webmail des Vereins";
    facts.notification = {.kind = NotificationKind::warning, .stage = Stage::warning, .episode = 4, .number = 1};
    facts.snapshot.measured_at = measured_day() + 18h + 5min;
    facts.snapshot.limit_source = LimitSource::server;
    facts.snapshot.folders = {
        folder("INBOX", FolderRole::inbox, 812, 46 * kMiB),          folder("Sent", FolderRole::sent, 340, 21 * kMiB),
        folder("Trash", FolderRole::trash, 1234, 12 * kMiB),         folder("Junk", FolderRole::junk, 57, 900 * 1024),
        folder("Lager 2025/Fotos", FolderRole::other, 31, 3 * kMiB), folder("All", FolderRole::all, 2474, 83 * kMiB)};
    set_quota(facts, storage(83 * kMiB, 100 * kMiB));
    facts.assessment.limit_source = LimitSource::server;
    set_stage(facts, Stage::warning, {Reason::used});
    facts.message_id = "kim.4.1.0123456789ab@verein.example";
    facts.now = measured_day() + 18h + 6min;
    facts.measured_local = {measured_day(), 19h + 5min};
    facts.slug = "kim";
    return facts;
}

std::vector<Example> examples(const std::string& language) {
    std::vector<Example> all = {{"warning", ordinary_facts()},
                                {"early-note", early_note()},
                                {"urgent", urgent()},
                                {"full", full_and_refusing()},
                                {"reminder", second_mail(urgent())},
                                {"all-clear", all_clear()},
                                {"messages", too_many_messages()},
                                {"little-free", little_free()},
                                {"limit-from-settings", limit_from_settings()},
                                {"test", test_mail()},
                                {"hostile", hostile()},
                                {"advice", with_advice("thunderbird", language)},
                                {"advice-full", formal_and_full(language)},
                                {"advice-pop3", by_pop3(language)},
                                {"relieved", relieved()}};
    for (Example& example : all) {
        example.facts.language = language;
        if (language == "en" && !example.facts.webmail.empty() && example.name != "hostile") {
            example.facts.webmail = "the club's webmail";
        }
    }
    return all;
}

std::string visible_text(const std::string& html) {
    std::string text = html.substr(html.find("<body"));
    text = std::regex_replace(text, std::regex("<[^>]*>"), "");
    const std::pair<const char*, const char*> entities[] = {
        {"&lt;", "<"}, {"&gt;", ">"}, {"&quot;", "\""}, {"&#39;", "'"}, {"&amp;", "&"}};
    for (const auto& [entity, character] : entities) {
        text = std::regex_replace(text, std::regex(entity), character);
    }
    return std::regex_replace(text, std::regex("\n{2,}"), "\n");
}

} // namespace mailquotad::notify_test
