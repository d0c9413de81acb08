#include "app/webmaster.h"

#include "app/digest.h"
#include "app/keeping.h"
#include "app/news.h"
#include "catch.h"
#include "notify/webmaster_mail.h"
#include "unit/settings/temporary_folder.h"

#include <cstdlib>

namespace mailquotad::app {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

constexpr std::int64_t kMiB = 1024 * 1024;
const Time kMonday{std::chrono::sys_days{std::chrono::year{2026} / 11 / 23} + hours(10)};

/// Four mailboxes on one server, and a webmaster.
struct Club {
    explicit Club(const std::filesystem::path& folder) : Club(store::Place{.folder = folder}) {}
    explicit Club(const store::Place& place) : database(store::Database::open(place)) {
        settings.language = "en";
        settings.smtp.emplace();
        settings.smtp->from = "Webmaster <webmaster@verein.example>";
        settings.smtp->admin = {"webmaster@verein.example"};
        settings.alerts.confirm_after = Seconds(0);
        settings.alerts.burst = BurstRule{};
        settings.alerts.digest = settings::Weekly{.day = std::chrono::Monday, .minute_of_day = hours(7)};
        for (const char* slug : {"a", "b", "c", "d"}) {
            settings::Mailbox mailbox;
            mailbox.slug = slug;
            mailbox.address = mailbox.username = std::string(slug) + "@verein.example";
            mailbox.server = "qloc";
            mailbox.owner.mail = {std::string(slug) + "@privat.example"};
            mailbox.policy = default_policy();
            settings.mailboxes.push_back(mailbox);
            records[slug].settings = std::make_shared<const settings::Mailbox>(mailbox);
        }
        restart();
    }
    void restart() { webmaster = std::make_unique<Webmaster>(database, catalog); }

    /// What the daemon does with a measurement, but for the mail itself.
    DecisionReason measure(const std::string& slug, int percent, std::int64_t limit_mib = 1000) {
        MailboxRecord& record = records.at(slug);
        Snapshot snapshot;
        snapshot.measured_at = now;
        snapshot.limit_source = LimitSource::server;
        snapshot.quota = {{.root = "q",
                           .name = "STORAGE",
                           .used = limit_mib * percent / 100 * kMiB,
                           .limit = limit_mib * kMiB,
                           .unit = Unit::bytes}};
        record.snapshot = snapshot;
        record.last_attempt = now;
        record.unsaved = {store::Sample{.at = now,
                                        .used_bytes = snapshot.quota.front().used,
                                        .limit_bytes = limit_mib * kMiB,
                                        .messages = {},
                                        .roles_bytes = {}}};
        AlertState alert = record.alert;
        record.assessment = assess(judge(snapshot, record.settings->policy, {}), alert.stage, now);
        webmaster->count_mailboxes(settings);
        const Decision decision = webmaster->decide(settings, record, alert, now, false);
        database.transaction([&] {
            database.save_alert_state(slug, decision.next);
            for (const store::Sample& sample : record.unsaved)
                database.add_sample(slug, sample);
            webmaster->save();
        });
        record.unsaved.clear();
        record.alert = decision.next;
        return decision.reason;
    }
    std::vector<std::string> turn() { return webmaster->turn(settings, records, now); }
    int webmaster_mails() {
        int mails = 0;
        for (const store::MailFact& mail : database.mail_facts(store::kNoMailbox, Time{}))
            mails += mail.kind == NotificationKind::webmaster ? 1 : 0;
        return mails;
    }
    /// All four jump within an interval, and the first is looked at again.
    void burst() {
        for (const char* slug : {"a", "b", "c", "d"})
            measure(slug, 50);
        turn();
        for (const char* slug : {"a", "b", "c"}) {
            now += minutes(5);
            CHECK(measure(slug, 85) == DecisionReason::others_first);
        }
        now += minutes(17);
        CHECK(measure("a", 85) == DecisionReason::burst_held);
        turn();
    }

    store::Database database;
    text::Catalog catalog{std::filesystem::path(SOURCE_FOLDER) / "config/messages"};
    settings::Settings settings;
    std::map<std::string, MailboxRecord> records;
    std::unique_ptr<Webmaster> webmaster;
    Time now = kMonday;
};

TEST_CASE("mailboxes of one master user are one trouble, though each has a name of its own", "[webmaster]") {
    const TemporaryFolder folder;
    Club club(folder.path());
    for (auto& [slug, record] : club.records) {
        settings::Mailbox mailbox = *record.settings;
        mailbox.username += "*master";
        mailbox.shared_login = "{address}*master";
        mailbox.password.value = "master";
        record.settings = std::make_shared<const settings::Mailbox>(mailbox);
        record.failure = ProbeFailure{.kind = FailureKind::login_refused, .detail = "NO"};
        record.last_attempt = club.now;
        club.turn();
        club.now += minutes(2);
    }
    CHECK(club.webmaster_mails() == 1);
    club.now += hours(5);
    club.turn();
    CHECK(club.webmaster_mails() == 1);
}

TEST_CASE("a burst is held, the webmaster is asked once, also across a restart", "[webmaster]") {
    const TemporaryFolder folder;
    Club club(folder.path());
    club.burst();
    CHECK(club.webmaster_mails() == 1);
    club.restart();
    club.turn();
    CHECK(club.measure("b", 85) == DecisionReason::burst_held);
    CHECK(club.webmaster_mails() == 1);
}

/// The PostgreSQL of tests/integration/on_postgresql.py.
store::Place shared_place() {
    const char* const url = std::getenv("MAILQUOTAD_TEST_POSTGRESQL");
    if (url == nullptr)
        throw std::runtime_error("run by on_postgresql.py");
    return {.postgresql_url = url};
}

TEST_CASE("a burst is seen by all daemons together, held by each of them, asked about and summed up once",
          "[.shared]") {
    Club one(shared_place());
    Club two(shared_place());
    for (const char* slug : {"a", "b", "c", "d"})
        (slug[0] < 'c' ? one : two).measure(slug, 50);
    one.turn();
    for (const char* slug : {"a", "b", "c"}) {
        one.now = two.now += minutes(5);
        CHECK((slug[0] < 'c' ? one : two).measure(slug, 85) == DecisionReason::others_first);
    }
    one.now = two.now += minutes(17);
    CHECK(two.measure("c", 85) == DecisionReason::burst_held);
    CHECK(one.measure("a", 85) == DecisionReason::burst_held);
    one.turn();
    two.turn(); // even where both should think that they speak
    CHECK(one.webmaster_mails() == 1);
    save_burst_answer(two.database, BurstAnswer::release);
    CHECK(one.turn().size() == 3);
    CHECK(two.measure("c", 85) == DecisionReason::stage_entered);
    one.now = two.now += Days(7);
    two.turn();
    one.turn();
    CHECK(one.webmaster_mails() == 2); // the digest
}

TEST_CASE("what one daemon saw is not overwritten by another that did not know of it", "[.shared]") {
    Club one(shared_place());
    Club two(shared_place());
    const auto deferred = [](const char* detail) {
        return MailFinished{.row = {},
                            .result = {.outcome = notify::DeliveryOutcome::deferred, .reason = "x", .detail = detail}};
    };
    one.webmaster->mail_tried(deferred("first"), one.now);
    two.webmaster->mail_tried(deferred("second"), two.now + minutes(1));
    one.database.transaction([&] { one.webmaster->save(); });
    CHECK_THROWS_AS(two.database.transaction([&] { two.webmaster->save(); }), store::OvertakenError);
    CHECK(two.webmaster->memory().trouble.smtp_detail == "first");
    CHECK(read_webmaster_memory(two.database).trouble.smtp_failing_since == one.now);
}

TEST_CASE("released mails go out, dropped ones do not, a higher stage does", "[webmaster]") {
    const TemporaryFolder folder;
    Club club(folder.path());
    club.burst();
    save_burst_answer(club.database, BurstAnswer::release);
    CHECK(club.turn() == std::vector<std::string>{"a", "b", "c"});
    CHECK(club.measure("a", 85) == DecisionReason::stage_entered);
    CHECK_FALSE(read_burst_answer(club.database));

    const TemporaryFolder other;
    Club dropped(other.path());
    dropped.burst();
    save_burst_answer(dropped.database, BurstAnswer::drop);
    dropped.turn();
    CHECK(dropped.measure("a", 85) == DecisionReason::burst_dropped);
    dropped.measure("b", 100);
    dropped.now += minutes(17);
    CHECK(dropped.measure("b", 100) == DecisionReason::stage_entered);
}

TEST_CASE("a mailbox taken out of the settings while its mail was held is not measured again", "[webmaster]") {
    const TemporaryFolder folder;
    Club club(folder.path());
    club.burst();
    club.records.erase("b");
    save_burst_answer(club.database, BurstAnswer::release);
    CHECK(club.turn() == std::vector<std::string>{"a", "c"});
}

TEST_CASE("without an answer what is still so goes out after two days", "[webmaster]") {
    const TemporaryFolder folder;
    Club club(folder.path());
    club.burst();
    club.now += hours(48);
    CHECK(club.turn().size() == 3);
    CHECK(club.measure("a", 85) == DecisionReason::stage_entered);
}

TEST_CASE("four mailboxes that are full at first sight are no burst", "[webmaster]") {
    const TemporaryFolder folder;
    Club club(folder.path());
    for (const char* slug : {"a", "b", "c", "d"})
        CHECK(club.measure(slug, 100) == DecisionReason::stage_entered);
}

TEST_CASE("one mailbox that alone jumps is mailed after the others were looked at", "[webmaster]") {
    const TemporaryFolder folder;
    Club club(folder.path());
    for (const char* slug : {"a", "b", "c", "d"})
        club.measure(slug, 50);
    CHECK(club.measure("a", 85) == DecisionReason::others_first);
    club.now += minutes(17);
    CHECK(club.measure("a", 85) == DecisionReason::stage_entered);
}

TEST_CASE("the digest goes out once a week when there is something to say", "[webmaster]") {
    const TemporaryFolder folder;
    Club club(folder.path());
    club.turn(); // first start: what was due before is not sent
    CHECK(club.webmaster_mails() == 0);
    club.measure("a", 95);
    club.now += Days(7);
    club.turn();
    club.turn();
    club.restart();
    club.turn();
    CHECK(club.webmaster_mails() == 1);
    const auto text = notify::plain_text(
        notify::digest_text(digest_facts(club.settings, club.database, club.webmaster->memory(), club.now),
                            addresses_of(club.settings), club.catalog, "en"),
        "en", club.catalog);
    CHECK_THAT(text, ContainsSubstring("a@verein.example: nearly full"));
}

TEST_CASE("a digest without news is a monthly sign of life", "[webmaster]") {
    const TemporaryFolder folder;
    Club club(folder.path());
    club.turn();
    for (int week = 0; week < 9; ++week) {
        club.now += Days(7);
        club.turn();
    }
    CHECK(club.webmaster_mails() == 3); // weeks 1, 5 and 9
}

TEST_CASE("a refused login is told to the webmaster once, and its end", "[webmaster]") {
    const TemporaryFolder folder;
    Club club(folder.path());
    for (auto& [slug, record] : club.records)
        record.last_attempt = club.now;
    club.records.at("a").failure = ProbeFailure{.kind = FailureKind::login_refused, .detail = "NO wrong"};
    club.turn();
    club.now += hours(2);
    club.turn();
    CHECK(club.webmaster_mails() == 1);
    club.restart();
    club.records.at("a").failure.reset();
    club.turn();
    CHECK(club.webmaster_mails() == 2);
}

TEST_CASE("what the rules tell is mailed by nobody else, and nothing old comes when the settings change",
          "[webmaster]") {
    const TemporaryFolder folder;
    Club club(folder.path());
    club.settings.alerts.digest.reset();
    club.settings.alerts.webmaster = settings::WebmasterBy::rules;
    club.turn();
    club.records.at("a").last_attempt = club.now;
    club.records.at("a").failure = ProbeFailure{.kind = FailureKind::login_refused, .detail = "NO wrong"};
    club.now += minutes(1);
    club.turn();
    club.settings.alerts.webmaster = settings::WebmasterBy::daemon;
    club.restart();
    club.now += hours(2);
    club.turn();
    CHECK(club.webmaster_mails() == 0);
    club.records.at("a").failure.reset();
    club.now += minutes(1);
    club.turn();
    CHECK(club.webmaster_mails() == 1); // the end is news
}

TEST_CASE("questions, returned mail and the digest stay with the daemon; what the rules alert on goes to them",
          "[webmaster]") {
    settings::Settings settings;
    for (const AdminEventKind kind : kAllAdminEventKinds)
        CHECK(daemon_tells(settings, kind));
    settings.alerts.webmaster = settings::WebmasterBy::rules;
    std::vector<std::string_view> told;
    for (const AdminEventKind kind : kAllAdminEventKinds) {
        if (daemon_tells(settings, kind))
            told.push_back(to_string(kind));
    }
    CHECK(told == std::vector<std::string_view>{"burst_held", "mail_bounced", "database_damaged", "digest", "test"});
}

} // namespace
} // namespace mailquotad::app
