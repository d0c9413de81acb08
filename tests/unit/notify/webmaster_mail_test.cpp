// The mails to the webmaster; golden files as in golden_test.cpp, in tests/golden/webmaster.
#include "catch.h"

#include "notice_examples.h"
#include "notify/webmaster_mail.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

using namespace mailquotad;
using namespace mailquotad::notify_test;
using namespace std::chrono_literals;

namespace {

constexpr std::int64_t kMiB = 1LL << 20;
constexpr std::chrono::sys_days kMonday = std::chrono::year(2026) / 11 / 23;

LocalTime utc(Time time) {
    const auto day = std::chrono::floor<Days>(time);
    return {.day = day, .minute_of_day = std::chrono::floor<std::chrono::minutes>(time - day)};
}

notify::Names names() {
    return {{"kim", "kim.muster@verein.example"}, {"alex", "alex@verein.example"}, {"kasse", "kasse@verein.example"}};
}

Tightest level(std::int64_t used_mib, std::int64_t limit_mib) {
    return {.root = "q",
            .resource = "STORAGE",
            .used_ratio = static_cast<double>(used_mib) / static_cast<double>(limit_mib),
            .used = used_mib * kMiB,
            .limit = limit_mib * kMiB,
            .unit = Unit::bytes};
}

TroubleNews troubles() {
    TroubleNews news;
    Trouble login;
    login.server = "qloc";
    login.mailboxes = {"kim"};
    login.failure = FailureKind::login_refused;
    login.detail = "[AUTHENTICATIONFAILED] see https://phish.example/";
    login.since = kMonday + 9h;
    Trouble gone = login;
    gone.kind = TroubleKind::server_gone;
    gone.server = "own";
    gone.mailboxes = {"alex", "kasse"};
    gone.detail = "no answer within 60 s";
    news.begun = {login, gone};
    Trouble smtp;
    smtp.kind = TroubleKind::smtp;
    smtp.detail = "connection refused";
    smtp.since = kMonday + 1h;
    smtp.until = kMonday + 8h;
    news.over = {smtp};
    return news;
}

notify::BurstFacts burst() {
    notify::BurstFacts facts;
    facts.until = utc(kMonday + 58h);
    for (const char* slug : {"alex", "kasse", "kim"}) {
        notify::BurstLine line;
        line.slug = slug;
        line.from = Stage::ok;
        line.to = Stage::warning;
        line.tightest = level(85, 100);
        line.limit =
            LimitJump{.server = "qloc", .before_bytes = 200 * kMiB, .after_bytes = 100 * kMiB, .at = kMonday + 9h};
        facts.mailboxes.push_back(line);
    }
    return facts;
}

notify::DigestFacts digest() {
    notify::DigestFacts facts;
    facts.now = utc(kMonday + 7h);
    notify::DigestMailbox kim;
    kim.slug = "kim";
    kim.stage = Stage::urgent;
    kim.tightest = level(93, 100);
    kim.forecast =
        Forecast{.growth_bytes_per_day = 1e6, .full_in_days = {.p10 = 4.0, .p25 = 5.0, .p50 = 6.0, .p90 = 11.0}};
    kim.growth_bytes = 12 * kMiB;
    kim.told = Told{.stage = Stage::urgent, .at = kMonday - 144h, .mails_in_stage = 2};
    kim.told_at = utc(kMonday - 144h);
    kim.ignored = true;
    notify::DigestMailbox alex;
    alex.slug = "alex";
    alex.stage = Stage::full;
    alex.tightest = level(100, 100);
    alex.mails_refused = 1;
    notify::DigestMailbox kasse;
    kasse.slug = "kasse";
    kasse.failure = FailureKind::login_refused;
    kasse.failing_since = utc(kMonday - 30h);
    kasse.silence = "zieht um";
    kasse.silent_until = utc(kMonday + 72h);
    kasse.silence_ends_soon = true;
    facts.mailboxes = {kim, alex, kasse};
    return facts;
}

notify::DigestFacts all_well() {
    notify::DigestFacts facts;
    facts.now = utc(kMonday + 7h);
    facts.mailboxes.resize(3);
    return facts;
}

std::vector<std::pair<std::string, notify::WebmasterText>> texts(const std::string& language,
                                                                 const text::Catalog& catalog) {
    return {{"trouble", notify::trouble_text(troubles(), names(), catalog, language, &utc)},
            {"burst", notify::burst_text(burst(), names(), catalog, language)},
            {"digest", notify::digest_text(digest(), names(), catalog, language)},
            {"all-well", notify::digest_text(all_well(), names(), catalog, language)}};
}

notify::Message mail(const std::string& language, const notify::WebmasterText& text, const text::Catalog& catalog) {
    return notify::compose_webmaster({.from = "Webmaster·in Verein <webmaster@verein.example>",
                                      .to = {"webmaster@verein.example"},
                                      .language = language,
                                      .message_id = "digest.2026-11-23.0123456789ab@verein.example",
                                      .now = kMonday + 7h},
                                     text, catalog);
}

void compare(const std::string& name, const std::string& content) {
    const auto file = std::filesystem::path(SOURCE_FOLDER "/tests/golden/webmaster") / name;
    if (std::getenv("MAILQUOTAD_UPDATE_GOLDEN") != nullptr) {
        std::filesystem::create_directories(file.parent_path());
        std::ofstream(file, std::ios::binary) << content;
    }
    std::ifstream in(file, std::ios::binary);
    INFO(name);
    REQUIRE(in.is_open());
    const std::string expected{std::istreambuf_iterator<char>(in), {}};
    CHECK(content == expected);
}

} // namespace

TEST_CASE("every mail to the webmaster is what its golden file says", "[notify][golden]") {
    const text::Catalog catalog = shipped_catalog();
    for (const std::string& language : catalog.languages()) {
        for (const auto& [name, text] : texts(language, catalog)) {
            const notify::Message message = mail(language, text, catalog);
            compare(language + "-" + name + ".txt", "Subject: " + message.subject + "\n\n" + message.text);
            compare(language + "-" + name + ".html", message.html);
        }
    }
}

TEST_CASE("no mail to the webmaster holds a link, a hole or a blank that was not filled", "[notify]") {
    const text::Catalog catalog = shipped_catalog();
    for (const std::string& language : catalog.languages()) {
        for (const auto& [name, text] : texts(language, catalog)) {
            const notify::Message message = mail(language, text, catalog);
            INFO(message.text);
            for (const std::string& part : {message.subject, message.text, visible_text(message.html)}) {
                CHECK(part.find("http") == std::string::npos);
                CHECK(part.find('{') == std::string::npos);
                CHECK(part.find(" ,") == std::string::npos);
            }
        }
    }
}

TEST_CASE("the digest names the mailbox that is full first, and nothing where all is well", "[notify]") {
    const text::Catalog catalog = shipped_catalog();
    const auto text = notify::digest_text(digest(), names(), catalog, "en");
    const auto filling = std::find_if(text.sections.begin(), text.sections.end(), [](const auto& section) {
        return section.heading.starts_with("What is filling");
    });
    REQUIRE(filling != text.sections.end());
    CHECK(filling->lines.front().starts_with("alex@verein.example: full"));
    CHECK(notify::has_news(digest()));
    CHECK_FALSE(notify::has_news(all_well()));
    CHECK(notify::digest_text(all_well(), names(), catalog, "en").sections.empty());
}
