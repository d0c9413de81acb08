#include "app/schedule.h"

#include "catch.h"

#include <functional>
#include <set>

namespace mailquotad::app {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

TEST_CASE("the first round starts at once and the next one after the interval, give or take 5 %") {
    Schedule schedule;
    const Schedule::Moment now{hours(1)};
    schedule.add("kim", now);
    CHECK(schedule.due(now) == std::vector<std::string>{"kim"});
    schedule.started("kim");
    CHECK(schedule.due(now).empty());
    CHECK_FALSE(schedule.when("kim"));
    for (int round = 0; round < 200; ++round) {
        schedule.finished("kim", now, Seconds(1000));
        CHECK(*schedule.when("kim") >= now + Seconds(950));
        CHECK(*schedule.when("kim") <= now + Seconds(1050));
    }
}

TEST_CASE("mailboxes that were looked at together do not come in lockstep the next time") {
    Schedule schedule;
    const Schedule::Moment now{hours(1)};
    std::set<Schedule::Moment> due;
    for (int i = 0; i < 100; ++i) {
        const std::string slug = "box" + std::to_string(i);
        schedule.add(slug, now);
        schedule.finished(slug, now, Seconds(900));
        due.insert(*schedule.when(slug));
    }
    CHECK(due.size() > 50);
    CHECK(*due.rbegin() - *due.begin() > Seconds(45)); // of 90 that 5 % of 15 min each way allow
}

TEST_CASE("who waits longest comes first") {
    Schedule schedule;
    schedule.add("late", Schedule::Moment{hours(2)});
    schedule.add("early", Schedule::Moment{hours(1)});
    CHECK(schedule.due(Schedule::Moment{hours(3)}) == std::vector<std::string>{"early", "late"});
    CHECK(schedule.next_after(Schedule::Moment{minutes(90)}) == Schedule::Moment{hours(2)});
    CHECK_FALSE(schedule.next_after(Schedule::Moment{hours(2)}));
}

TEST_CASE("a server without room holds up no other, and its own mailboxes keep their order") {
    Schedule schedule;
    const Schedule::Moment now{hours(1)};
    schedule.add("first", now - minutes(3), "full");
    schedule.add("second", now - minutes(2), "full");
    schedule.add("third", now - minutes(1), "free");
    schedule.add("later", now + minutes(1), "free");
    std::set<std::string> closed;
    const auto has_room = [&closed](const std::string& server) { return !closed.contains(server); };
    CHECK(schedule.next_due(now, has_room) == "first");
    closed = {"full"};
    CHECK(schedule.next_due(now, has_room) == "third");
    schedule.started("third");
    CHECK_FALSE(schedule.next_due(now, has_room));
    closed = {};
    schedule.started("first");
    CHECK(schedule.next_due(now, has_room) == "second");
    schedule.finished("first", now, Seconds(900));
    CHECK(schedule.next_after(now) == now + minutes(1));
}

TEST_CASE("a mailbox that moves to another server takes its time along") {
    Schedule schedule;
    const Schedule::Moment now{hours(1)};
    schedule.add("kim", now, "old");
    schedule.add("kim", now + minutes(1), "new");
    const auto at_old = [](const std::string& server) { return server == "old"; };
    CHECK_FALSE(schedule.next_due(now, at_old));
    CHECK(schedule.next_due(now, std::not_fn(at_old)) == "kim");
    schedule.started("kim");
    schedule.add("kim", now, "third");
    CHECK(schedule.due(now).empty());
    schedule.finished("kim", now, Seconds(900));
    CHECK(schedule.due(now + hours(1)).size() == 1);
}

TEST_CASE("a look to confirm comes earlier, never later, and not while one runs") {
    Schedule schedule;
    const Schedule::Moment now{hours(1)};
    schedule.add("kim", now);
    schedule.finished("kim", now, Seconds(900));
    schedule.hasten("kim", now + minutes(10));
    CHECK(schedule.when("kim") == now + minutes(10));
    schedule.hasten("kim", now + minutes(20));
    CHECK(schedule.when("kim") == now + minutes(10));
    schedule.started("kim");
    schedule.hasten("kim", now);
    CHECK_FALSE(schedule.when("kim"));
}

TEST_CASE("after the clock was set all are looked at, but none that runs and none earlier than its server allows") {
    Schedule schedule(0);
    const Schedule::Moment now{hours(1)};
    for (const char* slug : {"alex", "kim", "lee"}) {
        schedule.add(slug, now);
        schedule.finished(slug, now, Seconds(900));
        CHECK(*schedule.when(slug) == now + Seconds(900)); // no jitter was wanted
    }
    schedule.finished("lee", now, Seconds(900), minutes(5));
    schedule.started("kim");
    schedule.hasten_all(now + minutes(1));
    CHECK(*schedule.when("alex") == now + minutes(1));
    CHECK_FALSE(schedule.when("kim"));
    CHECK(*schedule.when("lee") == now + minutes(5));
}

TEST_CASE("a server that wants no login before a while is obeyed, also by a look to confirm") {
    Schedule schedule;
    const Schedule::Moment now{hours(1)};
    schedule.add("kim", now);
    for (int round = 0; round < 200; ++round) {
        schedule.finished("kim", now, Seconds(900), Seconds(900));
        CHECK(*schedule.when("kim") >= now + Seconds(900));
        schedule.hasten("kim", now + minutes(1));
        CHECK(schedule.when("kim") == now + Seconds(900));
    }
    schedule.finished("kim", now, Seconds(3600), Seconds(900));
    CHECK(*schedule.when("kim") >= now + minutes(57));
}

TEST_CASE("a mailbox that is added again keeps its time; one that is removed is forgotten") {
    Schedule schedule;
    const Schedule::Moment now{hours(1)};
    schedule.add("kim", now + minutes(5));
    schedule.add("kim", now);
    CHECK(schedule.when("kim") == now + minutes(5));
    schedule.remove("kim");
    CHECK(schedule.due(now + hours(1)).empty());
    schedule.finished("kim", now, Seconds(1));
    CHECK(schedule.due(now + hours(1)).empty());
}

TEST_CASE("failures that pass by themselves are tried a little later each time, up to a quarter of an hour") {
    const Seconds interval = minutes(1);
    CHECK(delay_after(interval, std::nullopt, 0) == minutes(1));
    CHECK(delay_after(interval, FailureKind::timeout, 1) == minutes(1));
    CHECK(delay_after(interval, FailureKind::timeout, 2) == minutes(2));
    CHECK(delay_after(interval, FailureKind::timeout, 5) == minutes(15));
    CHECK(delay_after(interval, FailureKind::dns, 1000) == minutes(15));
    CHECK(delay_after(hours(6), FailureKind::connect, 9) == hours(6));
}

TEST_CASE("a throttling server rests longer, and a refused login keeps the interval for a new password") {
    CHECK(delay_after(minutes(1), FailureKind::throttled, 1) == minutes(15));
    CHECK(delay_after(minutes(1), FailureKind::throttled, 9) == hours(2));
    CHECK(delay_after(minutes(1), FailureKind::login_refused, 9) == minutes(1));
}

} // namespace
} // namespace mailquotad::app
