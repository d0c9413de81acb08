// A survey from the daemon's point of view: started, run by a worker, kept, forgotten.
#include "catch.h"

#include "app/surveys.h"
#include "fakes/fake_clock.h"
#include "fakes/scripted_transport.h"
#include "unit/settings/temporary_folder.h"

namespace mailquotad::app {
namespace {

const std::string kScript =
    "S: * OK [CAPABILITY IMAP4rev1 SASL-IR AUTH=PLAIN QUOTA] ready\n"
    "C: TAG AUTHENTICATE PLAIN *\nS: TAG OK [CAPABILITY IMAP4rev1 QUOTA] in\n"
    "C: TAG GETQUOTAROOT \"INBOX\"\nS: * QUOTAROOT INBOX q\nS: * QUOTA q (STORAGE 9000 10000)\n"
    "S: TAG OK\nC: TAG LIST \"\" \"*\"\nS: * LIST () \"/\" INBOX\nS: TAG OK\n"
    "C: TAG STATUS \"INBOX\" (MESSAGES UIDVALIDITY UIDNEXT)\n"
    "S: * STATUS INBOX (MESSAGES 1 UIDVALIDITY 1 UIDNEXT 2)\nS: TAG OK\n"
    "C: TAG EXAMINE \"INBOX\"\nS: * 1 EXISTS\nS: * OK [UIDVALIDITY 1] x\n"
    "S: * OK [UIDNEXT 2] x\nS: TAG OK\n"
    "C: TAG UID FETCH 1:1 (UID RFC822.SIZE INTERNALDATE FLAGS)\n"
    "S: * 1 FETCH (UID 1 RFC822.SIZE 9216000 INTERNALDATE \"01-Mar-2020 10:00:00 +0000\" FLAGS ())\n"
    "S: TAG OK\nC: TAG LOGOUT\nS: * BYE\n";

std::shared_ptr<const settings::Mailbox> kim_with(settings::Depth depth) {
    settings::Mailbox kim;
    kim.address = kim.username = "kim@verein.example";
    kim.slug = "kim";
    kim.server = "club";
    kim.depth = depth;
    return std::make_shared<const settings::Mailbox>(kim);
}

struct Fixture {
    TemporaryFolder folder;
    store::Database database = store::Database::open({.folder = folder.path()});
    fakes::FakeClock clock;
    fakes::ScriptedConnector connector{kScript, {.clock = &clock}};
    settings::Settings settings;
    std::map<std::string, MailboxRecord> records;
    Prober prober{{.connector = connector, .clock = clock, .secrets = {}, .cancellation = nullptr},
                  {.workers = 4, .per_server = 4},
                  [](const ProbeFinished&) {}};

    Fixture() {
        settings.servers["club"].imap = Endpoint{.host = "mail.verein.example", .port = 993};
        MailboxRecord& record = records["kim"];
        record.settings = kim_with(settings::Depth::sizes);
        record.snapshot.emplace();
        record.snapshot->limit_source = LimitSource::server;
        record.snapshot->quota = {
            {.root = "q", .name = "STORAGE", .used = 9'216'000, .limit = 10'240'000, .unit = Unit::bytes}};
        record.snapshot->folders = {
            {.name = "INBOX", .role = FolderRole::inbox, .messages = 1, .size_bytes = 9'216'000}};
    }
    std::optional<ProbeJob> due() { return due_survey(settings, records, prober, database, clock.now()); }
    ProbeFinished run(ProbeJob job) {
        job.password = Secret("secret");
        return run_probe(job, {.connector = connector, .clock = clock, .secrets = {}, .cancellation = nullptr});
    }
};

} // namespace

TEST_CASE_METHOD(Fixture, "what a survey finds is kept without names, gives advice, and goes with the consent") {
    auto job = due();
    REQUIRE(job);
    CHECK(job->request.timeout == settings.poll.survey_timeout);
    CHECK_FALSE(due()); // it was started
    ProbeFinished finished = run(std::move(*job));
    MailboxRecord& record = records.at("kim");
    take_survey(database, record, finished, settings, clock.now());
    REQUIRE(record.survey);
    CHECK(record.survey->complete);
    CHECK(record.survey->folders.front().name.empty());
    CHECK(database.survey("kim") == record.survey);
    REQUIRE(record.advice);
    REQUIRE_FALSE(record.advice->plan.empty());
    CHECK(record.advice->plan.front().frees_bytes == 9'216'000);
    CHECK(known_counts(database, "kim") == CountsByRole{{FolderRole::inbox, Counts::yes}});

    MailboxRecord restarted;
    restarted.settings = record.settings;
    remember_survey(database, restarted);
    CHECK(restarted.survey == record.survey);
    restarted.settings = kim_with(settings::Depth::totals);
    remember_survey(database, restarted);
    CHECK_FALSE(restarted.survey);
    CHECK_FALSE(database.survey("kim"));
}

TEST_CASE_METHOD(Fixture, "a survey that finds the consent withdrawn keeps nothing") {
    ProbeFinished finished = run(due().value());
    MailboxRecord& record = records.at("kim");
    record.settings = kim_with(settings::Depth::totals);
    take_survey(database, record, finished, settings, clock.now());
    CHECK_FALSE(record.survey);
    CHECK_FALSE(database.survey("kim"));
}

TEST_CASE_METHOD(Fixture, "a survey of a mailbox that another daemon has taken over keeps nothing") {
    ProbeFinished finished = run(due().value());
    MailboxRecord& record = records.at("kim");
    record.here = false;
    take_survey(database, record, finished, settings, clock.now());
    CHECK_FALSE(record.survey);
    CHECK_FALSE(database.survey("kim"));
}

TEST_CASE_METHOD(Fixture, "the all-clear knows what was freed since the fullest moment of its episode") {
    MailboxRecord& record = records.at("kim");
    record.alert.episode.emplace().began = clock.now() - Days(3);
    database.add_sample("kim", {clock.now() - Days(2), 10'000'000, 10'240'000, 3, {}});
    database.add_sample("kim", {clock.now() - Days(9), 20'000'000, 10'240'000, 3, {}});
    Decision decision;
    decision.notify = Notification{.kind = NotificationKind::all_clear};
    CHECK(freed_in(database, record, decision) == 784'000);
    decision.notify->kind = NotificationKind::reminder;
    CHECK_FALSE(freed_in(database, record, decision));
}

} // namespace mailquotad::app
