// Several daemons on one PostgreSQL, whose URL is $MAILQUOTAD_TEST_POSTGRESQL: tests/integration/on_postgresql.py.
#include "app/share.h"

#include "catch.h"
#include "fakes/fake_clock.h"
#include "store/connection.h"
#include "store/postgresql.h"

#include <soci/soci.h>

#include <algorithm>
#include <cstdlib>
#include <memory>

namespace mailquotad::app {
namespace {

store::Place shared_place() {
    const char* const url = std::getenv("MAILQUOTAD_TEST_POSTGRESQL");
    if (url == nullptr)
        throw std::runtime_error("run by on_postgresql.py");
    return {.postgresql_url = url};
}

store::Database shared_database() {
    return store::Database::open(shared_place());
}

settings::Settings settings_of(const std::string& server, int mailboxes, int per_server) {
    settings::Settings settings;
    settings.poll.per_server = per_server;
    settings.poll.timeout = Seconds(5);
    for (int i = 0; i < mailboxes; ++i) {
        settings::Mailbox mailbox;
        mailbox.server = server;
        mailbox.slug = server + "-" + std::to_string(i);
        settings.mailboxes.push_back(mailbox);
    }
    return settings;
}

/// A daemon's share, with a connection of its own; all of them live on the same clock.
struct Member {
    fakes::FakeClock& clock;
    settings::Settings settings;
    store::Database database = shared_database();
    Share share{database, clock};
    std::set<std::string> busy{};
    int connections_open = 0;
    ShareChange change{};

    Member(fakes::FakeClock& shared_clock, settings::Settings its_settings)
        : clock(shared_clock), settings(std::move(its_settings)) {
        share.set(settings);
    }
    ~Member() { share.leave(); }
    Member(const Member&) = delete;
    Member& operator=(const Member&) = delete;

    void turn() {
        change = share.turn({.is_busy = [this](const std::string& unit) { return busy.contains(unit); },
                             .connections = [this](const std::string&) { return connections_open; },
                             .due = [this](const std::string&) { return clock.steady(); }});
    }
    [[nodiscard]] int held() const {
        return static_cast<int>(
            std::count_if(settings.mailboxes.begin(), settings.mailboxes.end(),
                          [this](const settings::Mailbox& mailbox) { return share.holds(mailbox.slug); }));
    }
    [[nodiscard]] int connections() const {
        return share.connections(settings.mailboxes.front().server, settings.poll.per_server);
    }
};

/// As many turns as it takes: one gives back what the next takes.
void settle(fakes::FakeClock& clock, const std::vector<Member*>& members) {
    for (int round = 0; round < 4; ++round) {
        clock.advance(Seconds(5));
        for (Member* member : members)
            member->turn();
    }
}

TEST_CASE("one daemon has all, a second and a third one get their parts, connections never become more", "[.shared]") {
    fakes::FakeClock clock;
    const auto settings = settings_of("parts", 30, 4);
    Member first(clock, settings);
    settle(clock, {&first});
    CHECK(first.held() == 30);
    CHECK(first.connections() == 4);
    CHECK(first.share.speaks());
    Member second(clock, settings);
    settle(clock, {&first, &second});
    CHECK(first.held() == 15);
    CHECK(second.held() == 15);
    Member third(clock, settings);
    settle(clock, {&first, &second, &third});
    CHECK(first.held() + second.held() + third.held() == 30);
    CHECK(first.connections() + second.connections() + third.connections() == 4);
    for (const Member* member : {&first, &second, &third}) {
        CHECK(member->connections() >= 1);
        CHECK(member->held() >= 7);
        CHECK(member->share.daemons() == 3);
    }
    CHECK(first.share.speaks());
    CHECK_FALSE(second.share.speaks());
    first.share.leave();
    settle(clock, {&second, &third});
    CHECK(second.held() + third.held() == 30);
    CHECK(second.share.speaks() != third.share.speaks());
}

TEST_CASE("what is busy stays until it has ended, and so does a connection in use", "[.shared]") {
    fakes::FakeClock clock;
    const auto settings = settings_of("busy", 4, 2);
    Member first(clock, settings);
    settle(clock, {&first});
    for (const settings::Mailbox& mailbox : settings.mailboxes)
        first.busy.insert(mailbox.slug);
    first.connections_open = 2;
    Member second(clock, settings);
    settle(clock, {&first, &second});
    CHECK(first.held() == 4);
    CHECK(first.connections() == 1); // no second one is begun
    CHECK(second.held() == 0);
    CHECK(second.connections() == 0);
    first.busy = {"busy-0"};
    first.connections_open = 1;
    settle(clock, {&first, &second});
    CHECK(first.share.holds("busy-0"));
    CHECK(second.held() == 2);
    CHECK(second.connections() == 1);
}

TEST_CASE("more daemons than connections: some have none there, and no mailbox is without a daemon", "[.shared]") {
    fakes::FakeClock clock;
    const auto settings = settings_of("narrow", 5, 1);
    Member first(clock, settings);
    Member second(clock, settings);
    settle(clock, {&first, &second});
    CHECK(first.connections() + second.connections() == 1);
    CHECK(first.held() + second.held() == 5);
    CHECK((first.held() == 0 || second.held() == 0));
}

TEST_CASE("a daemon that the others took for dead holds nothing, and begins anew under another name", "[.shared]") {
    fakes::FakeClock clock;
    const auto settings = settings_of("dead", 6, 2);
    Member first(clock, settings);
    settle(clock, {&first});
    const std::string name = first.share.name();
    Member second(clock, settings);
    second.database.sharing().enter(name, "expired", Time{});
    settle(clock, {&second});
    CHECK(second.held() == 6);
    CHECK_THROWS_AS(first.share.undisturbed("dead-0", [] {}), store::ClaimLostError);
    clock.advance(Seconds(5));
    first.turn();
    CHECK(first.change.lost.size() >= 6);
    CHECK(first.share.name() != name);
    settle(clock, {&first, &second});
    CHECK(first.held() == 3);
    CHECK(second.held() == 3);
}

TEST_CASE("nothing begins that could outlive the daemon in the eyes of the others", "[.shared]") {
    fakes::FakeClock clock;
    Member only(clock, settings_of("lease", 1, 1));
    CHECK_FALSE(only.share.may_begin(Seconds(5)));
    only.turn();
    CHECK(only.share.may_begin(Seconds(5)));
    clock.advance(Seconds(16));
    CHECK_FALSE(only.share.may_begin(Seconds(5)));
}

TEST_CASE("who was taken for dead begins nothing before the loss is known, though the turn that finds it breaks off",
          "[.shared]") {
    fakes::FakeClock clock;
    Member only(clock, settings_of("halfway", 2, 1));
    settle(clock, {&only});
    only.database.sharing().leave(only.share.name());
    const auto connection = store::connect_postgresql(shared_place(), false);
    connection->sql() << "ALTER TABLE connection_slot RENAME TO slots_elsewhere";
    clock.advance(Seconds(5));
    CHECK_THROWS_AS(only.turn(), store::StoreError);
    CHECK_FALSE(only.share.may_begin(Seconds(5)));
    connection->sql() << "ALTER TABLE slots_elsewhere RENAME TO connection_slot";
    clock.advance(Seconds(5));
    only.turn();
    CHECK(only.share.may_begin(Seconds(5)));
    CHECK(only.change.lost.size() == 3);
    CHECK(only.held() == 2);
}

TEST_CASE("mailboxes that one daemon alone has in its settings are its own", "[.shared]") {
    fakes::FakeClock clock;
    Member few(clock, settings_of("uneven", 4, 2));
    Member more(clock, settings_of("uneven", 6, 2));
    for (int i = 0; i < 4; ++i)
        settle(clock, {&few, &more});
    CHECK(more.share.holds("uneven-4"));
    CHECK(more.share.holds("uneven-5"));
    CHECK(few.held() + more.held() == 6);
}

TEST_CASE("a mailbox that was forgotten or taken out of the settings is let go, one that is there is taken again",
          "[.shared]") {
    fakes::FakeClock clock;
    Member only(clock, settings_of("gone", 3, 2));
    settle(clock, {&only});
    only.database.forget("gone-0");
    CHECK_THROWS_AS(only.share.undisturbed("gone-0", [] {}), store::ClaimLostError);
    settle(clock, {&only});
    CHECK(only.held() == 3);
    only.share.undisturbed("gone-0", [] {});
    only.share.set(settings_of("gone", 2, 2));
    settle(clock, {&only});
    CHECK_FALSE(only.share.holds("gone-2"));
}

TEST_CASE("whoever takes over knows when a mailbox is due", "[.shared]") {
    fakes::FakeClock clock;
    const auto settings = settings_of("due", 1, 1);
    Member first(clock, settings);
    settle(clock, {&first});
    first.share.ended("due-0", clock.steady() + std::chrono::minutes(10));
    settle(clock, {&first});
    first.share.leave();
    Member second(clock, settings);
    second.turn();
    const auto taken = std::find_if(second.change.taken.begin(), second.change.taken.end(),
                                    [](const store::Taken& unit) { return unit.unit == "due-0"; });
    REQUIRE(taken != second.change.taken.end());
    CHECK(taken->due_at > clock.now() + std::chrono::minutes(9));
    CHECK(taken->due_at < clock.now() + std::chrono::minutes(11));
}

TEST_CASE(
    "thousands of mailboxes are made and taken over in turns that follow at once, the daemon living on in between",
    "[.shared]") {
    fakes::FakeClock clock;
    const auto settings = settings_of("thousands", 4500, 4);
    const auto next_turn = [](const Member& member) { return member.share.sooner(std::nullopt); };
    Member first(clock, settings);
    int turns = 0;
    while (first.held() < 4500) {
        REQUIRE(++turns < 30);
        CHECK(next_turn(first) <= clock.steady());
        first.turn();
        CHECK(first.change.taken.size() <= 500);
        CHECK(first.share.speaks());
    }
    CHECK(turns >= 10);
    Member second(clock, settings);
    settle(clock, {&second});
    CHECK(second.held() == 0); // the first one must give back first
    first.share.leave();
    clock.advance(Seconds(5));
    for (turns = 0; next_turn(second) <= clock.steady(); ++turns) {
        REQUIRE(turns < 30);
        second.turn();
        CHECK(second.change.taken.size() + second.change.changed.size() <= 500);
        CHECK(second.share.may_begin(Seconds(10)));
    }
    CHECK(turns >= 9);
    CHECK(second.held() == 4500);
}

TEST_CASE("what others did before a daemon read the mailboxes is no news to it, all that they do later is",
          "[.shared]") {
    fakes::FakeClock clock;
    const auto settings = settings_of("news", 1200, 4);
    Member first(clock, settings);
    settle(clock, {&first});
    REQUIRE(first.held() == 1200);
    Member second(clock, settings);
    second.turn();
    CHECK(second.change.changed.size() < 1200); // none, where the test does not run at the moment of the change
    for (const settings::Mailbox& mailbox : settings.mailboxes)
        first.share.ended(mailbox.slug, clock.steady() + Seconds(60));
    clock.advance(Seconds(5));
    first.turn();
    std::set<std::string> heard;
    for (int turns = 0; turns < 5; ++turns) {
        clock.advance(Seconds(1));
        second.turn();
        CHECK(second.change.changed.size() <= 500);
        heard.insert(second.change.changed.begin(), second.change.changed.end());
    }
    CHECK(heard.size() + static_cast<std::size_t>(second.held()) >= 1200);
}

TEST_CASE("a decision that another daemon overtook is made anew", "[.shared]") {
    fakes::FakeClock clock;
    Member only(clock, settings_of("again", 1, 1));
    only.turn();
    int tries = 0;
    only.share.undisturbed("again-0", [&] {
        if (++tries < 3)
            throw store::OvertakenError("another was faster");
    });
    CHECK(tries == 3);
}

} // namespace
} // namespace mailquotad::app
