#include "app/happenings.h"

#include "app/keeping.h"
#include "app/mailbox_notes.h"
#include "app/past.h"
#include "catch.h"
#include "unit/settings/temporary_folder.h"

namespace mailquotad::app {
namespace {

constexpr std::int64_t kMiB = 1024 * 1024;
const Time kNoon = *parse_utc("2026-11-21T12:00:00Z");

/// One mailbox, and the database that keeps what happens to it.
struct Kept {
    TemporaryFolder folder;
    store::Database database = store::Database::open({.folder = folder.path()});
    MailboxRecord record;
    Time now = kNoon;

    Kept() {
        settings::Mailbox kim;
        kim.slug = "kim";
        record.settings = std::make_shared<const settings::Mailbox>(kim);
    }

    void fail(FailureKind kind) {
        ProbeReport report;
        report.outcome = ProbeFailure{.kind = kind, .detail = "x"};
        note_failure(record, report, now);
        keep_failure(database, record, finished(), now);
        now += Seconds{900};
    }
    void measure(std::int64_t used_mib, Stage stage = Stage::ok) {
        Snapshot snapshot;
        snapshot.measured_at = now;
        snapshot.quota = {
            {.root = "q", .name = "STORAGE", .used = used_mib * kMiB, .limit = 1000 * kMiB, .unit = Unit::bytes}};
        note_success(record, snapshot);
        Decision decision;
        decision.next = record.alert;
        if (decision.next.stage.stage != stage) {
            decision.next.stage.stage = stage;
            decision.next.stage.since = now;
        }
        decision.next.decided_before = true;
        keep_success(database, record, finished(), decision, {}, now, [] {});
        record.alert = decision.next;
        now += Seconds{900};
    }
    [[nodiscard]] std::vector<EventKind> kinds() {
        std::vector<EventKind> kinds;
        for (const MailboxEvent& event : database.events("kim", Time{}))
            kinds.push_back(event.kind);
        return kinds;
    }
    static ProbeFinished finished() {
        ProbeFinished probe;
        probe.slug = "kim";
        return probe;
    }
};

using Kinds = std::vector<EventKind>;

} // namespace

TEST_CASE("a single mishap is no event, two in a row are one, and the way back is another") {
    Kept kept;
    kept.measure(100);
    kept.fail(FailureKind::timeout);
    kept.measure(100);
    CHECK(kept.kinds().empty());
    kept.fail(FailureKind::timeout);
    kept.fail(FailureKind::timeout);
    kept.fail(FailureKind::connect);
    kept.measure(100);
    CHECK(kept.kinds() == Kinds{EventKind::unreachable, EventKind::reachable});
    CHECK(kept.database.events("kim", Time{}).front().failure == FailureKind::timeout);
}

TEST_CASE("a refused login is an event at once, and not a second one after a restart") {
    Kept kept;
    kept.fail(FailureKind::login_refused);
    CHECK(kept.kinds() == Kinds{EventKind::unreachable});
    kept.record = remembered(kept.database, kept.record.settings);
    CHECK(kept.record.unreachable);
    kept.fail(FailureKind::login_refused);
    CHECK(kept.kinds() == Kinds{EventKind::unreachable});
    kept.measure(100);
    CHECK(kept.kinds() == Kinds{EventKind::unreachable, EventKind::reachable});
}

TEST_CASE("a change of stage is an event, also at first sight, but not to be ok from the start") {
    Kept kept;
    kept.measure(100);
    CHECK(kept.kinds().empty());
    kept.measure(950, Stage::urgent);
    kept.measure(950, Stage::urgent);
    kept.measure(960, Stage::full);
    const auto events = kept.database.events("kim", Time{});
    REQUIRE(events.size() == 2);
    CHECK(events[0].before == Stage::ok);
    CHECK(events[0].after == Stage::urgent);
    CHECK(events[1].after == Stage::full);
    Kept full;
    full.measure(990, Stage::full);
    REQUIRE(full.kinds() == Kinds{EventKind::stage});
    CHECK_FALSE(full.database.events("kim", Time{}).front().before);
}

TEST_CASE("a clean-up is an event with its bytes") {
    Kept kept;
    kept.measure(900);
    kept.measure(899);
    kept.measure(700);
    REQUIRE(kept.kinds() == Kinds{EventKind::freed});
    CHECK(kept.database.events("kim", Time{}).front().bytes == 199 * kMiB);
}

TEST_CASE("the pages read the past beside the loop, and there is none before the first database") {
    Kept kept;
    kept.measure(900, Stage::warning);
    kept.measure(700, Stage::ok);
    const observe::PastReader past = past_of({.folder = kept.folder.path()});
    const observe::MailboxPast read = past.mailbox("kim", kept.now);
    REQUIRE(read.days.size() == 1);
    CHECK(read.days.front().used_bytes == 700 * kMiB);
    CHECK(read.events.size() == 3);
    CHECK(past.recent(kNoon - Days{1}).events.size() == 3);
    CHECK(past.recent(kept.now).events.empty());
    CHECK_THAT(past.csv("kim"), ContainsSubstring("2026-11-21T12:00:00Z,943718400,1048576000,\n"));
    CHECK(past.mailbox("nobody", kept.now).days.empty());
    const TemporaryFolder empty;
    CHECK(past_of({.folder = empty.path()}).mailbox("kim", kNoon).events.empty());
}

} // namespace mailquotad::app
