// What the database remembers.
#include "catch.h"

#include "unit/store/temporary.h"

#include <set>

using namespace mailquotad;
using namespace mailquotad::store;
using namespace std::string_literals;

namespace {

std::vector<std::string> ids(const std::vector<OutboxRow>& rows) {
    std::vector<std::string> result;
    for (const OutboxRow& row : rows)
        result.push_back(row.message_id);
    return result;
}

struct Fixture {
    TemporaryFolder folder;
    Database database = Database::open(folder.place());

    void reopen() {
        Database other = Database::open(folder.place());
        database = std::move(other);
    }
    OutboxRow waiting(const std::string& message_id) {
        for (OutboxRow& row : database.due_mail(Time::max(), 1'000))
            if (row.message_id == message_id)
                return row;
        throw std::runtime_error("no such mail");
    }
};

} // namespace

TEST_CASE_METHOD(Fixture, "samples come back exactly, oldest first, from the asked time on") {
    const Sample full{kNoon, INT64_MAX, 0, 12, {{FolderRole::inbox, 7}, {FolderRole::trash, INT64_MAX}}};
    const Sample bare{kNoon - Seconds(60), std::nullopt, std::nullopt, std::nullopt, {}};
    database.add_sample("kim", full);
    database.add_sample("kim", bare);
    database.add_sample("other", {kNoon, 1, 2, 3, {}});
    reopen();
    const auto samples = database.samples("kim", kNoon - Days(1));
    REQUIRE(samples.size() == 2);
    CHECK(samples[0].at == bare.at);
    CHECK_FALSE(samples[0].used_bytes);
    CHECK_FALSE(samples[0].limit_bytes);
    CHECK_FALSE(samples[0].messages);
    CHECK(samples[1].at == full.at);
    CHECK(samples[1].used_bytes == full.used_bytes);
    CHECK(samples[1].limit_bytes == 0);
    CHECK(samples[1].messages == 12);
    CHECK(samples[1].roles_bytes == full.roles_bytes);
    CHECK(database.samples("kim", kNoon).size() == 1);
    CHECK(database.samples("kim", kNoon + Seconds(1)).empty());
    CHECK(database.samples("nobody", Time{}).empty());
}

TEST_CASE_METHOD(Fixture, "a second sample of the same second replaces the first") {
    database.add_sample("kim", {kNoon, 1, 2, 3, {}});
    database.add_sample("kim", {kNoon, 5, std::nullopt, 6, {{FolderRole::sent, 1}}});
    const auto samples = database.samples("kim", kNoon);
    REQUIRE(samples.size() == 1);
    CHECK(samples[0].used_bytes == 5);
    CHECK_FALSE(samples[0].limit_bytes);
    CHECK(samples[0].roles_bytes.size() == 1);
}

TEST_CASE_METHOD(Fixture, "samples are kept for 400 days, then one a month for ever") {
    const auto begin = std::chrono::sys_days(std::chrono::year(2024) / 1 / 1);
    const Time now = begin + Days(800);
    for (int day = 0; day < 800; ++day)
        database.add_sample("kim", {begin + Days(day), day == 0 ? std::nullopt : std::optional(1), 2, 3, {}});
    database.add_sample("rare", {begin, 1, 2, 3, {}});
    for (int times = 0; times < 2; ++times) {
        database.prune(now);
        const auto samples = database.samples("kim", begin);
        // January 2024 to January 2025, and 400 days.
        CHECK(samples.size() == 14 + 400);
        CHECK(samples[0].at == begin + Days(1));
        CHECK(samples[1].at == Time(std::chrono::sys_days(std::chrono::year(2024) / 2 / 1)));
        CHECK(samples[13].at == Time(std::chrono::sys_days(std::chrono::year(2025) / 2 / 1)));
        CHECK(samples[14].at == begin + Days(400));
    }
    database.prune(now + Days(4'000));
    CHECK(database.samples("kim", begin).size() == 27);
    CHECK(database.samples("rare", begin).size() == 1);
}

TEST_CASE_METHOD(Fixture, "of older days the last known use of each hour is kept, of still older ones of six hours") {
    const auto begin = std::chrono::sys_days(std::chrono::year(2026) / 1 / 1);
    for (int quarter = 0; quarter < 60 * 96; ++quarter) {
        const Time at = begin + quarter * std::chrono::minutes(15);
        const bool known = quarter % 4 != 3; // the last of each hour was not told
        database.add_sample("kim", {at, known ? std::optional(quarter) : std::nullopt, 2, 3, {}});
    }
    const Time now = begin + Days(60);
    const auto count = [&](Time since) { return static_cast<int>(database.samples("kim", since).size()); };
    SECTION("at once") {
        database.prune(now);
    }
    SECTION("day by day") {
        for (int day = 1; day <= 60; ++day)
            database.prune(begin + Days(day));
    }
    CHECK(count(now - Days(8)) == 8 * 96);
    CHECK(count(now - Days(40)) == 8 * 96 + 32 * 24);
    CHECK(count(begin) == 8 * 96 + 32 * 24 + 20 * 4);
    const auto samples = database.samples("kim", begin);
    CHECK(samples[0].at == begin + std::chrono::minutes(5 * 60 + 30));
    CHECK(samples[0].used_bytes == 5 * 4 + 2);
    CHECK(samples[80].at == begin + Days(20) + std::chrono::minutes(30));
}

TEST_CASE_METHOD(Fixture, "an hour in which no use was told keeps its last measurement") {
    for (int minute = 0; minute < 60; minute += 15)
        database.add_sample("kim", {kNoon + std::chrono::minutes(minute), std::nullopt, std::nullopt, minute, {}});
    database.prune(kNoon + Days(10));
    const auto samples = database.samples("kim", Time{});
    REQUIRE(samples.size() == 1);
    CHECK(samples[0].messages == 45);
}

TEST_CASE_METHOD(Fixture, "facts of mails, silences and refused logins go after 400 days, waiting mail never") {
    database.enqueue(mail("<sent@x.example>"));
    database.enqueue(mail("<failed@x.example>"));
    database.enqueue(mail("<waiting@x.example>"));
    database.mark_sent(waiting("<sent@x.example>").id, kNoon);
    database.mark_failed(waiting("<failed@x.example>").id, kNoon, "550");
    database.save_login_backoff({"login", "credential", 1, kNoon, "NO"});
    const auto known = [&](const std::string& id) { return !database.enqueue(mail(id)); };
    database.prune(kNoon + Days(400));
    CHECK(known("<sent@x.example>"));
    CHECK(database.login_backoff("login"));
    database.prune(kNoon + Days(400) + Seconds(1));
    CHECK(database.unsent_mail() == 1);
    CHECK_FALSE(database.login_backoff("login"));
    CHECK_FALSE(known("<sent@x.example>"));
    CHECK_FALSE(known("<failed@x.example>"));
    CHECK(known("<waiting@x.example>"));
}

TEST_CASE_METHOD(Fixture, "an alert state comes back exactly; there is none at first sight") {
    CHECK_FALSE(database.alert_state("kim"));
    AlertState state;
    state.stage.stage = Stage::urgent;
    state.episode = Episode{4, kNoon, 2, "<a@x>", "<b@x>", Told{Stage::warning, kNoon, 1}, {}, Stage::urgent};
    state.waiting = Waiting{NotificationKind::reminder, Stage::urgent, kNoon};
    state.last_decided_at = kNoon;
    database.save_alert_state("kim", state);
    database.save_alert_state("other", {});
    reopen();
    CHECK(database.alert_state("kim") == state);
    state.episode.reset();
    database.save_alert_state("kim", state);
    CHECK(database.alert_state("kim") == state);
    CHECK(database.alert_state("other") == AlertState{});
}

TEST_CASE_METHOD(Fixture, "a mail comes back exactly, whatever bytes it holds") {
    OutboxRow row = mail("<1@x.example>");
    row.recipient = GENERATE(Recipient::owner, Recipient::copy, Recipient::admin);
    row.kind = GENERATE(NotificationKind::warning, NotificationKind::all_clear);
    row.to = {"kim@privat.example", "\"k m\"@x.example"};
    row.text = "Subject: =?utf-8?Q?x?=\r\n\r\nback\\slash, ü, \xFF and \0 NUL\r\n"s;
    row.not_before = kNoon - Seconds(5);
    row.attempts = 2;
    row.last_error = "451 später\n";
    CHECK(database.enqueue(row));
    reopen();
    const auto rows = database.due_mail(kNoon, 10);
    REQUIRE(rows.size() == 1);
    const OutboxRow& back = rows[0];
    CHECK(back.id > 0);
    CHECK(back.mailbox == row.mailbox);
    CHECK(back.recipient == row.recipient);
    CHECK(back.kind == row.kind);
    CHECK(back.stage == row.stage);
    CHECK(back.episode == row.episode);
    CHECK(back.message_id == row.message_id);
    CHECK(back.to == row.to);
    CHECK(back.text == row.text);
    CHECK(back.created_at == row.created_at);
    CHECK(back.not_before == row.not_before);
    CHECK(back.attempts == 2);
    CHECK(back.last_error == row.last_error);
}

TEST_CASE_METHOD(Fixture, "the same mail is never queued twice, also after it was sent") {
    CHECK(database.enqueue(mail("<1@x.example>")));
    OutboxRow again = mail("<1@x.example>");
    again.text = "another text";
    CHECK_FALSE(database.enqueue(again));
    CHECK(database.unsent_mail() == 1);
    CHECK(waiting("<1@x.example>").text == mail("").text);
    database.mark_sent(waiting("<1@x.example>").id, kNoon);
    CHECK_FALSE(database.enqueue(mail("<1@x.example>")));
    CHECK(database.unsent_mail() == 0);
}

TEST_CASE_METHOD(Fixture, "due mail comes oldest first and no more than asked for") {
    OutboxRow late = mail("<late@x.example>");
    late.not_before = kNoon + Seconds(60);
    late.created_at = kNoon - Seconds(60);
    OutboxRow young = mail("<young@x.example>");
    young.created_at = kNoon + Seconds(1);
    for (const OutboxRow& row : {young, late, mail("<a@x.example>"), mail("<b@x.example>")})
        database.enqueue(row);
    CHECK(ids(database.due_mail(kNoon, 10)) ==
          std::vector<std::string>{"<a@x.example>", "<b@x.example>", "<young@x.example>"});
    CHECK(ids(database.due_mail(kNoon + Seconds(60), 2)) ==
          std::vector<std::string>{"<late@x.example>", "<a@x.example>"});
    CHECK(database.due_mail(kNoon - Seconds(1), 10).empty());
    CHECK(database.due_mail(kNoon, 0).empty());
    CHECK(database.due_mail(kNoon, -1).empty());
}

TEST_CASE_METHOD(Fixture, "a deferred mail waits until its time, and its error is kept") {
    database.enqueue(mail("<1@x.example>"));
    database.mark_deferred(waiting("<1@x.example>").id, kNoon + Seconds(300), "451 greylisted \xFF");
    CHECK(database.due_mail(kNoon + Seconds(299), 10).empty());
    CHECK(database.next_mail_due() == kNoon + Seconds(300));
    const auto rows = database.due_mail(kNoon + Seconds(300), 10);
    REQUIRE(rows.size() == 1);
    CHECK(rows[0].attempts == 1);
    CHECK(rows[0].last_error == "451 greylisted \xEF\xBF\xBD");
    CHECK(rows[0].text == mail("").text);
}

TEST_CASE_METHOD(Fixture, "after a start all unsent mail is due") {
    database.enqueue(mail("<1@x.example>"));
    database.enqueue(mail("<2@x.example>"));
    database.mark_deferred(waiting("<1@x.example>").id, kNoon + Days(1), "451");
    database.retry_all_mail(kNoon + Seconds(5));
    CHECK(database.due_mail(kNoon + Seconds(5), 10).size() == 2);
    CHECK(waiting("<2@x.example>").not_before == kNoon);
    CHECK(waiting("<1@x.example>").attempts == 1);
}

TEST_CASE_METHOD(Fixture, "no mail is due while none waits") {
    CHECK_FALSE(database.next_mail_due());
    CHECK(database.unsent_mail() == 0);
    database.enqueue(mail("<1@x.example>"));
    CHECK(database.next_mail_due() == kNoon);
    database.mark_sent(waiting("<1@x.example>").id, kNoon);
    CHECK_FALSE(database.next_mail_due());
    CHECK(database.unsent_mail() == 0);
}

TEST_CASE_METHOD(Fixture, "text and addresses of a mail are gone from the disk once it is sent or refused for good") {
    OutboxRow sent = mail("<sent@x.example>");
    OutboxRow failed = mail("<failed@x.example>");
    sent.text = failed.text = "voll in etwa drei Wochen";
    database.enqueue(sent);
    database.enqueue(failed);
    database.mark_sent(waiting("<sent@x.example>").id, kNoon);
    database.mark_failed(waiting("<failed@x.example>").id, kNoon, "550 no such user");
    database.forget("nobody"); // empties the log
    if (folder.is_postgresql())
        return;
    for (const char* name : {"mailquotad.sqlite", "mailquotad.sqlite-wal"}) {
        const std::string content = content_of(folder.path() / name);
        CHECK(content.find("drei Wochen") == std::string::npos);
        CHECK(content.find("privat.example") == std::string::npos);
    }
    CHECK(content_of(folder.file()).find("550 no such user") != std::string::npos);
}

TEST_CASE_METHOD(Fixture, "a mail that no longer waits cannot be marked again") {
    database.enqueue(mail("<1@x.example>"));
    const std::int64_t id = waiting("<1@x.example>").id;
    database.mark_sent(id, kNoon);
    database.mark_failed(id, kNoon, "550");
    database.mark_deferred(id, kNoon, "451");
    database.mark_sent(id + 1, kNoon);
    CHECK(database.unsent_mail() == 0);
    CHECK(database.owner_mails_since(kNoon) == 1);
}

TEST_CASE_METHOD(Fixture, "mails to owners count while they wait and since they were accepted, others never") {
    OutboxRow copy = mail("<copy@x.example>");
    copy.recipient = Recipient::copy;
    OutboxRow admin = mail("<admin@x.example>");
    admin.recipient = Recipient::admin;
    OutboxRow other = mail("<other@x.example>");
    other.mailbox = "other";
    for (const OutboxRow& row : {copy, admin, other, mail("<1@x.example>"), mail("<2@x.example>")})
        database.enqueue(row);
    CHECK(database.owner_mails_since(kNoon + Days(9)) == 3);
    database.mark_sent(waiting("<1@x.example>").id, kNoon);
    database.mark_failed(waiting("<2@x.example>").id, kNoon, "550");
    CHECK(database.owner_mails_since(kNoon) == 2);
    CHECK(database.owner_mails_since(kNoon + Seconds(1)) == 1);
}

TEST_CASE_METHOD(Fixture, "a decision's mails are taken back together, what else concerns the mailbox stays") {
    const auto row = [](const std::string& message_id, Recipient recipient, NotificationKind kind) {
        OutboxRow mail;
        mail.mailbox = "kim";
        mail.recipient = recipient;
        mail.kind = kind;
        mail.message_id = message_id;
        mail.to = {"kim@privat.example"};
        mail.text = "a text";
        mail.created_at = mail.not_before = kNoon;
        return mail;
    };
    database.enqueue(row("kim.1.1.a@x.example", Recipient::owner, NotificationKind::warning));
    database.enqueue(row("kim.1.1.a.copy@x.example", Recipient::copy, NotificationKind::warning));
    database.enqueue(row("kim.1.unchanged.a@x.example", Recipient::admin, NotificationKind::webmaster));
    database.enqueue(row("news.a@x.example", Recipient::admin, NotificationKind::warning));
    database.withdraw_mail("kim", kNoon + Seconds(5));
    CHECK(database.unsent_mail() == 2);
    const auto facts = database.mail_facts("kim", kNoon);
    REQUIRE(facts.size() == 4);
    CHECK(facts[0].status == "withdrawn");
    CHECK(facts[0].finished_at == kNoon + Seconds(5));
    CHECK(facts[1].status == "withdrawn");
    CHECK(facts[2].status == "waiting");
    CHECK_FALSE(facts[2].finished_at);
    CHECK(database.mail_facts("", kNoon).size() == 4);
    CHECK(database.mail_facts("other", kNoon).empty());
    CHECK(database.mail_facts("kim", kNoon + Seconds(1)).empty());
}

TEST_CASE_METHOD(Fixture, "a refused login is remembered until it is cleared") {
    CHECK_FALSE(database.login_backoff("login"));
    database.save_login_backoff({"login", "credential", 1, kNoon, "NO"});
    database.save_login_backoff({"login", "new", 2, kNoon + Seconds(5), "NO\0\xFF"s});
    reopen();
    const auto backoff = database.login_backoff("login");
    REQUIRE(backoff);
    CHECK(backoff->login_key == "login");
    CHECK(backoff->credential_key == "new");
    CHECK(backoff->refusals == 2);
    CHECK(backoff->last_refused_at == kNoon + Seconds(5));
    CHECK(backoff->detail == "NO\xEF\xBF\xBD\xEF\xBF\xBD");
    database.save_login_backoff({"other", "credential", 1, kNoon, "NO"});
    const auto [first, second] = database.login_backoffs("other", "login");
    CHECK((first && first->refusals == 1));
    CHECK((second && second->refusals == 2));
    CHECK_FALSE(database.login_backoffs("login", "none").second);
    database.clear_login_backoffs("none", "other");
    CHECK_FALSE(database.login_backoff("other"));
    CHECK(database.login_backoff("login"));
    database.clear_login_backoff("login");
    database.clear_login_backoff("login");
    CHECK_FALSE(database.login_backoff("login"));
}

TEST_CASE_METHOD(Fixture, "what a probe remembers and notes come back byte by byte") {
    const std::string bytes = "a\\b\0c\xFFü"s;
    CHECK(database.probe_memory("kim").empty());
    CHECK_FALSE(database.note("kim", "last"));
    database.save_probe_memory("kim", "old");
    database.save_probe_memory("kim", bytes);
    database.save_note("kim", "last", "old");
    database.save_note("kim", "last", bytes);
    database.save_note("kim", "empty", "");
    reopen();
    CHECK(database.probe_memory("kim") == bytes);
    CHECK(database.probe_memory("other").empty());
    CHECK(database.note("kim", "last") == bytes);
    CHECK(database.note("kim", "empty") == "");
    CHECK_FALSE(database.note("other", "last"));
}

TEST_CASE_METHOD(Fixture, "a silence lasts until its end, and a new one replaces it") {
    CHECK(database.silences(kNoon).empty());
    database.add_silence("kim", kNoon + Days(2), "im Urlaub", kNoon);
    database.add_silence("other", kNoon + Days(1), "", kNoon);
    auto silences = database.silences(kNoon);
    REQUIRE(silences.size() == 2);
    CHECK(silences[0].mailbox == "other");
    CHECK(silences[1].mailbox == "kim");
    CHECK(silences[1].until == kNoon + Days(2));
    CHECK(silences[1].reason == "im Urlaub");
    CHECK(silences[1].created_at == kNoon);
    CHECK(database.silences(kNoon + Days(2) - Seconds(1)).size() == 1);
    CHECK(database.is_silenced("kim", kNoon + Days(2) - Seconds(1)));
    CHECK_FALSE(database.is_silenced("kim", kNoon + Days(2)));
    CHECK_FALSE(database.is_silenced("nobody", kNoon));
    CHECK(database.silences(kNoon + Days(2)).empty());
    database.add_silence("kim", kNoon + Seconds(10), "kurz", kNoon + Seconds(1));
    silences = database.silences(kNoon);
    REQUIRE(silences.size() == 2);
    CHECK(silences[0].reason == "kurz");
    CHECK(database.clear_silence("kim"));
    CHECK_FALSE(database.clear_silence("kim"));
    CHECK_FALSE(database.clear_silence("nobody"));
    CHECK(database.silences(kNoon).size() == 1);
}

TEST_CASE_METHOD(Fixture, "a forgotten mailbox leaves no trace in the files, others stay") {
    const auto store_all = [&](const std::string& slug) {
        database.add_sample(slug, {kNoon, 1, 2, 3, {}});
        database.save_alert_state(slug, {});
        database.save_probe_memory(slug, "memory of " + slug);
        database.save_note(slug, "last", "note of " + slug);
        Survey survey;
        survey.largest.emplace_back().folder_key = "key of " + slug;
        database.save_survey(slug, survey);
        database.add_silence(slug, kNoon + Days(1), "reason of " + slug, kNoon);
        OutboxRow row = mail("<" + slug + "@x.example>");
        row.mailbox = slug;
        database.enqueue(row);
    };
    store_all("goner");
    store_all("stayer");
    database.forget("goner");
    database.forget("nobody");
    CHECK(database.samples("goner", Time{}).empty());
    CHECK_FALSE(database.alert_state("goner"));
    CHECK(database.probe_memory("goner").empty());
    CHECK_FALSE(database.note("goner", "last"));
    CHECK_FALSE(database.survey("goner"));
    CHECK(database.unsent_mail() == 1);
    CHECK(database.silences(kNoon).size() == 1);
    if (!folder.is_postgresql()) {
        for (const char* name : {"mailquotad.sqlite", "mailquotad.sqlite-wal"})
            CHECK(content_of(folder.path() / name).find("goner") == std::string::npos);
        CHECK(content_of(folder.file()).find("note of stayer") != std::string::npos);
    }
    CHECK_THROWS_AS(database.transaction([&] { database.forget("stayer"); }), std::logic_error);
    CHECK(database.alert_state("stayer"));
    store_all("goner");
    CHECK(database.unsent_mail() == 2);
}

TEST_CASE_METHOD(Fixture, "a transaction that throws leaves nothing, and its exception goes on") {
    const auto failing = [&] {
        database.save_alert_state("kim", {});
        database.enqueue(mail("<1@x.example>"));
        throw std::out_of_range("mine");
    };
    CHECK_THROWS_AS(database.transaction(failing), std::out_of_range);
    CHECK_FALSE(database.alert_state("kim"));
    CHECK(database.unsent_mail() == 0);
    database.transaction([&] {
        database.save_alert_state("kim", {});
        database.enqueue(mail("<1@x.example>"));
    });
    CHECK(database.alert_state("kim"));
    CHECK(database.unsent_mail() == 1);
}

TEST_CASE_METHOD(Fixture, "a transaction inside another is a mistake that undoes both") {
    CHECK_THROWS_AS(database.transaction([&] {
        database.enqueue(mail("<1@x.example>"));
        database.transaction([] {});
    }),
                    std::logic_error);
    CHECK(database.unsent_mail() == 0);
    CHECK(database.enqueue(mail("<1@x.example>")));
}

TEST_CASE_METHOD(Fixture, "the key of a database is random, of 32 bytes, and stays") {
    const std::string key = database.hash_key();
    CHECK(key.size() == 64);
    CHECK(key.find_first_not_of("0123456789abcdef") == std::string::npos);
    reopen();
    CHECK(database.hash_key() == key);
    const TemporaryFolder other;
    CHECK(Database::open(other.place()).hash_key() != key);
}

TEST_CASE("a keyed hash is HMAC-SHA-256 in hex") {
    // RFC 4231 section 4.3.
    const std::string expected = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
    CHECK(keyed_hash("Jefe", "what do ya want for nothing?", 64) == expected);
    CHECK(keyed_hash("Jefe", "what do ya want for nothing?", 6) == "5bdcc1");
    CHECK(keyed_hash("Jefe", "what do ya want for nothing?", 99) == expected);
    CHECK(keyed_hash("Jefe", "what do ya want for nothing?", 0).empty());
    CHECK(keyed_hash("a", "x", 64) != keyed_hash("b", "x", 64));
    CHECK(keyed_hash("", "", 64).size() == 64);
}
