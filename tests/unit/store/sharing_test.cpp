// Several daemons on one database: each unit of work has at most one living holder.
#include "catch.h"

#include "store/sharing.h"
#include "unit/store/temporary.h"

#include <algorithm>
#include <numeric>
#include <set>
#include <thread>

using namespace mailquotad;
using namespace mailquotad::store;

namespace {

std::vector<WorkUnit> units(int count) {
    std::vector<WorkUnit> all;
    for (int i = 0; i < count; ++i)
        all.push_back({.name = "box" + std::to_string(i), .server = "hoster"});
    return all;
}

std::vector<std::string> names(const std::vector<Taken>& taken) {
    std::vector<std::string> all;
    for (const Taken& one : taken)
        all.push_back(one.unit);
    std::sort(all.begin(), all.end());
    return all;
}

struct Shared {
    TemporaryFolder folder;
    Database database = Database::open(folder.place());
    Sharing sharing = database.sharing();

    void begin(int count) {
        CHECK(sharing.enrol(units(count), kNoon, count + 1));
        for (const char* name : {"one", "two"})
            sharing.enter(name, "host", kNoon + Seconds(60));
    }
};

} // namespace

TEST_CASE_METHOD(Shared, "what one daemon took, another does not get, until it is given back") {
    begin(3);
    CHECK(names(sharing.take("one", "hoster", 2)) == std::vector<std::string>{"box0", "box1"});
    CHECK(names(sharing.take("two", "hoster", 9)) == std::vector<std::string>{"box2"});
    CHECK(sharing.take("two", "hoster", 9).empty());
    CHECK(sharing.take("two", "another", 9).empty());
    sharing.release("two", {"box0", "box2"}); // one of them is not its own
    CHECK(names(sharing.take("one", "hoster", 9)) == std::vector<std::string>{"box2"});
    CHECK(sharing.held("one").size() == 3);
    CHECK(sharing.held("two").empty());
}

TEST_CASE_METHOD(Shared, "what a dead daemon held is free once it has expired, and not a second before") {
    begin(2);
    sharing.take("one", "hoster", 9);
    CHECK(sharing.living("two", kNoon + Seconds(60)) == std::vector<std::string>{"one", "two"});
    CHECK(sharing.take("two", "hoster", 9).empty());
    sharing.renew("two", kNoon + Seconds(200));
    CHECK(sharing.living("two", kNoon + Seconds(61)) == std::vector<std::string>{"two"});
    CHECK(sharing.take("two", "hoster", 9).size() == 2);
    CHECK_FALSE(sharing.renew("one", kNoon + Seconds(300)));
    CHECK(sharing.held("one").empty());
}

TEST_CASE_METHOD(Shared, "what a daemon that ends held is free at once") {
    begin(2);
    sharing.take("one", "hoster", 9);
    sharing.leave("one");
    CHECK(sharing.take("two", "hoster", 9).size() == 2);
}

TEST_CASE_METHOD(Shared, "whoever takes a unit over knows when it is due, the longest waiting first") {
    begin(3);
    sharing.take("one", "hoster", 9);
    sharing.note_due("one", {.unit = "box0", .due_at = kNoon + Seconds(500)}, kNoon);
    sharing.note_due("one", {.unit = "box1", .due_at = kNoon + Seconds(100)}, kNoon);
    sharing.note_due("two", {.unit = "box2", .due_at = kNoon + Seconds(900)}, kNoon); // not its own
    sharing.leave("one");
    const auto taken = sharing.take("two", "hoster", 1);
    REQUIRE(names(taken) == std::vector<std::string>{"box2"});
    CHECK(taken.front().due_at == kNoon);
    const auto rest = sharing.take("two", "hoster", 1);
    REQUIRE(names(rest) == std::vector<std::string>{"box1"});
    CHECK(rest.front().due_at == kNoon + Seconds(100));
}

TEST_CASE_METHOD(Shared, "a daemon hears which units of others have changed") {
    begin(3);
    sharing.take("one", "hoster", 2);
    sharing.take("two", "hoster", 1);
    sharing.note_due("one", {.unit = "box1", .due_at = kNoon}, kNoon + Seconds(7));
    sharing.note_due("two", {.unit = "box2", .due_at = kNoon}, kNoon + Seconds(7));
    CHECK(sharing.changed_elsewhere("two", kNoon + Seconds(7)) == std::vector<std::string>{"box1"});
    CHECK(sharing.changed_elsewhere("two", kNoon + Seconds(8)).empty());
}

TEST_CASE_METHOD(Shared, "units are made once, and what is held stays held") {
    begin(2);
    sharing.take("one", "hoster", 1);
    CHECK(sharing.enrol(units(3), kNoon + Seconds(9), 9));
    CHECK(sharing.held("one").size() == 1);
    CHECK(sharing.take("two", "hoster", 9).size() == 2);
    CHECK_FALSE(sharing.enrol(units(9), kNoon + Seconds(9), 5));
    CHECK(sharing.units_per_server().at("hoster") == 8);
    CHECK(sharing.enrol(units(9), kNoon + Seconds(9), 5));
    CHECK(sharing.units_per_server().at("hoster") == 9);
}

TEST_CASE_METHOD(Shared, "connections of a server are never promised twice") {
    begin(0);
    sharing.set_slots("hoster", 4);
    CHECK(sharing.take_slots("one", "hoster", 3) == 3);
    CHECK(sharing.take_slots("two", "hoster", 3) == 1);
    CHECK(sharing.take_slots("two", "hoster", 3) == 1);
    sharing.release_slots("one", "hoster", 1);
    CHECK(sharing.take_slots("one", "hoster", 0) == 2);
    CHECK(sharing.take_slots("two", "hoster", 1) == 2);
    sharing.leave("one");
    CHECK(sharing.take_slots("two", "hoster", 9) == 4);
    sharing.set_slots("hoster", 2);
    CHECK(sharing.take_slots("two", "hoster", 9) == 2);
}

TEST_CASE_METHOD(Shared, "the clock of the database is the one of this machine, to the minute") {
    const auto now = std::chrono::floor<Seconds>(std::chrono::system_clock::now());
    CHECK(std::chrono::abs(sharing.clock() - now) < std::chrono::minutes(1));
}

TEST_CASE_METHOD(Shared, "a mailbox that is forgotten is no unit of work either") {
    begin(1);
    sharing.take("one", "hoster", 1);
    database.forget("box0");
    CHECK(sharing.held("one").empty());
}

TEST_CASE_METHOD(Shared, "work that needs a claim runs only where it is held, and leaves nothing where it fails") {
    begin(2);
    sharing.take("one", "hoster", 1);
    const auto enqueue = [&] { database.transaction([&] { database.enqueue(mail("<1@x.example>")); }); };
    if (database.is_shared()) {
        CHECK_THROWS_AS(database.exclusively("box0", "two", enqueue), ClaimLostError);
        CHECK_THROWS_AS(database.exclusively("box0", "one",
                                             [&] {
                                                 enqueue();
                                                 throw OvertakenError("decide again");
                                             }),
                        OvertakenError);
        CHECK(database.unsent_mail() == 0);
    }
    database.exclusively("box0", "one", enqueue);
    CHECK(database.unsent_mail() == 1);
}

TEST_CASE_METHOD(Shared, "mail about mailboxes of others is left to them") {
    OutboxRow other = mail("<other@x.example>");
    other.mailbox = "alex";
    database.enqueue(other);
    database.enqueue(mail("<mine@x.example>"));
    const auto rows = database.due_mail(kNoon, 1, [](const std::string& slug) { return slug == "kim"; });
    REQUIRE(rows.size() == 1);
    CHECK(rows.front().message_id == "<mine@x.example>");
}

TEST_CASE_METHOD(Shared, "eight daemons that grasp at once get each unit and each connection exactly once") {
    constexpr int kUnits = 300;
    constexpr int kDaemons = 8;
    CHECK(sharing.enrol(units(kUnits), kNoon, kUnits));
    sharing.set_slots("hoster", 20);
    std::vector<std::vector<std::string>> got(kDaemons);
    std::vector<int> slots(kDaemons);
    std::vector<std::thread> daemons;
    for (int i = 0; i < kDaemons; ++i)
        sharing.enter("daemon" + std::to_string(i), "host", kNoon + Seconds(60));
    for (std::size_t i = 0; i < kDaemons; ++i)
        daemons.emplace_back([this, i, &got, &slots] {
            Database own = Database::open(folder.place());
            Sharing mine = own.sharing();
            const std::string me = "daemon" + std::to_string(i);
            for (int round = 0; round < 30; ++round) {
                for (const Taken& one : mine.take(me, "hoster", 5))
                    got[i].push_back(one.unit);
                slots[i] = mine.take_slots(me, "hoster", 1);
            }
        });
    for (std::thread& daemon : daemons)
        daemon.join();
    std::set<std::string> all;
    std::size_t sum = 0;
    for (const auto& own : got) {
        all.insert(own.begin(), own.end());
        sum += own.size();
    }
    CHECK(all.size() == kUnits);
    CHECK(sum == kUnits);
    CHECK(std::accumulate(slots.begin(), slots.end(), 0) == 20);
}
