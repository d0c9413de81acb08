#include "store/database.h"

#include "catch.h"
#include "temporary.h"

namespace mailquotad::store {
namespace {

MailboxEvent event(Time at, EventKind kind) {
    return {.at = at, .kind = kind};
}

} // namespace

TEST_CASE("what happened comes back as it was, oldest first", "[events]") {
    const TemporaryFolder folder;
    Database database = Database::open(folder.place());
    MailboxEvent raised = event(kNoon, EventKind::stage);
    raised.before = Stage::notice;
    raised.after = Stage::urgent;
    MailboxEvent lost = event(kNoon - Seconds{5}, EventKind::unreachable);
    lost.failure = FailureKind::login_refused;
    MailboxEvent freed = event(kNoon, EventKind::freed);
    freed.bytes = 1'000'000'000'000;
    database.add_event("kim", raised);
    database.add_event("kim", lost);
    database.add_event("kim", freed);
    database.add_event("kim", lost); // told twice, kept once
    CHECK(database.events("kim", Time{}) == std::vector{lost, freed, raised});
    CHECK(database.events("kim", kNoon).size() == 2);
    CHECK(database.events("robin", Time{}).empty());
}

TEST_CASE("what happened to all is told newest first, and no more than asked for", "[events]") {
    const TemporaryFolder folder;
    Database database = Database::open(folder.place());
    for (int i = 0; i < 5; ++i)
        database.add_event(i % 2 == 0 ? "kim" : "robin", event(kNoon + Days{i}, EventKind::reachable));
    const auto all = database.all_events(kNoon + Days{1}, 3);
    REQUIRE(all.size() == 3);
    CHECK(all[0].mailbox == "kim");
    CHECK(all[0].event.at == kNoon + Days{4});
    CHECK(all[2].event.at == kNoon + Days{2});
}

TEST_CASE("events go with their mailbox, and after 400 days", "[events]") {
    const TemporaryFolder folder;
    Database database = Database::open(folder.place());
    database.add_event("kim", event(kNoon - Days{401}, EventKind::reachable));
    database.add_event("kim", event(kNoon - Days{399}, EventKind::reachable));
    database.prune(kNoon);
    CHECK(database.events("kim", Time{}).size() == 1);
    CHECK_THAT(database.everything_about("kim"), ContainsSubstring("\"event\""));
    database.forget("kim");
    CHECK(database.events("kim", Time{}).empty());
}

TEST_CASE("of each day the last measurement that knows the use stands for it", "[events]") {
    const TemporaryFolder folder;
    Database database = Database::open(folder.place());
    const auto add = [&](Time at, std::optional<std::int64_t> used, std::optional<std::int64_t> limit) {
        database.add_sample("kim",
                            {.at = at, .used_bytes = used, .limit_bytes = limit, .messages = 3, .roles_bytes = {}});
    };
    add(kNoon - Days{1}, 1, 10);
    add(kNoon, 2, 10);
    add(kNoon + Seconds{60}, 3, std::nullopt);
    add(kNoon + Seconds{120}, std::nullopt, 10);
    const auto days = database.daily_samples("kim", kNoon - Days{1});
    REQUIRE(days.size() == 2);
    CHECK(days[0].used_bytes == 1);
    CHECK(days[0].limit_bytes == 10);
    CHECK(days[1].used_bytes == 3);
    CHECK_FALSE(days[1].limit_bytes);
    CHECK(days[1].at == kNoon + Seconds{60});
    CHECK(database.daily_samples("kim", kNoon).size() == 1);
}

TEST_CASE("waiting mails to owners are known by mailbox, with the moment of the next attempt", "[events]") {
    const TemporaryFolder folder;
    Database database = Database::open(folder.place());
    OutboxRow row;
    row.mailbox = "kim";
    row.text = "x";
    row.message_id = "1";
    row.not_before = kNoon;
    database.enqueue(row);
    row.message_id = "2";
    row.recipient = Recipient::admin;
    row.not_before = kNoon - Days{1};
    database.enqueue(row);
    CHECK(database.waiting_mail() == std::map<std::string, Time>{{"kim", kNoon}});
    for (const OutboxRow& due : database.due_mail(kNoon, 2)) {
        if (due.recipient == Recipient::owner)
            database.mark_sent(due.id, kNoon);
    }
    CHECK(database.waiting_mail().empty());
}

} // namespace mailquotad::store
