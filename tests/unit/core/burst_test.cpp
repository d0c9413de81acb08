#include "core/burst.h"

#include "catch.h"

namespace mailquotad {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

const Time kStart{std::chrono::sys_days{std::chrono::year{2026} / 11 / 23} + hours(10)};
const Seconds kWindow = burst_window(minutes(15));

struct Club {
    BurstState state;
    BurstRule rule;
    Population population{.all = 8, .of_server = {{"qloc", 8}}};

    void rise(const std::string& slug, Time at, const std::string& server = "qloc") {
        observe_stage(state, slug, server, Stage::ok, Stage::warning, at);
    }
    bool holds(const std::string& slug, Time now) { return holds_back(state, slug, rule, population, kWindow, now); }
};

TEST_CASE("three of eight that rise within the jitter of one interval are held together") {
    Club club;
    club.rise("a", kStart);
    club.rise("b", kStart + minutes(7));
    club.rise("c", kStart + minutes(16));
    CHECK(club.holds("a", kStart + minutes(17)));
    CHECK(club.state.hold->mailboxes == std::set<std::string>{"a", "b", "c"});
    CHECK(club.holds("c", kStart + minutes(33)));
    CHECK(club.state.holds == 1);
}

TEST_CASE("two are no burst, and neither are three on different days") {
    Club club;
    club.rise("a", kStart);
    club.rise("b", kStart);
    CHECK_FALSE(club.holds("a", kStart + minutes(17)));
    club.rise("c", kStart + hours(24));
    CHECK_FALSE(club.holds("c", kStart + hours(25)));
    CHECK_FALSE(club.state.hold);
}

TEST_CASE("three are no burst where they are less than the share of their server") {
    Club club;
    club.population = {.all = 20, .of_server = {{"qloc", 20}}};
    for (const char* slug : {"a", "b", "c"})
        club.rise(slug, kStart);
    CHECK_FALSE(club.holds("a", kStart + minutes(17)));
    club.rise("d", kStart);
    club.rise("e", kStart);
    CHECK(club.holds("a", kStart + minutes(17)));
}

TEST_CASE("mailboxes of several servers that jump together are a burst too") {
    Club club;
    club.population = {.all = 6, .of_server = {{"x", 2}, {"y", 2}, {"z", 2}}};
    club.rise("a", kStart, "x");
    club.rise("b", kStart, "y");
    club.rise("c", kStart, "z");
    CHECK(club.holds("b", kStart + minutes(17)));
}

TEST_CASE("one mailbox is held when all limits of its server changed") {
    Club club;
    club.population = {.all = 9, .of_server = {{"qloc", 4}, {"other", 5}}};
    for (const char* slug : {"a", "b", "c", "d"})
        observe_limit(club.state, slug, {.server = "qloc", .before_bytes = 200, .after_bytes = 100, .at = kStart});
    club.rise("a", kStart);
    CHECK(club.holds("a", kStart + minutes(17)));
    Club three_of_four = club;
    three_of_four.state.hold.reset();
    three_of_four.state.limits.erase("d");
    CHECK_FALSE(three_of_four.holds("a", kStart + minutes(17)));
}

TEST_CASE("a late one of the same burst joins the hold and no second question is asked") {
    Club club;
    for (const char* slug : {"a", "b", "c"})
        club.rise(slug, kStart);
    CHECK(club.holds("a", kStart + minutes(17)));
    club.state.hold->asked = true;
    club.rise("d", kStart + minutes(18));
    CHECK(club.holds("d", kStart + minutes(35)));
    CHECK(club.state.hold->asked);
    club.rise("e", kStart + hours(5));
    CHECK_FALSE(club.holds("e", kStart + hours(6)));
}

TEST_CASE("a mailbox that falls again leaves the hold, and the last one ends it") {
    Club club;
    for (const char* slug : {"a", "b", "c"})
        club.rise(slug, kStart);
    REQUIRE(club.holds("a", kStart + minutes(17)));
    for (const char* slug : {"a", "b", "c"})
        observe_stage(club.state, slug, "qloc", Stage::warning, Stage::ok, kStart + hours(1));
    CHECK_FALSE(club.state.hold);
    CHECK(club.state.jumps.empty());
}

TEST_CASE("what was released is not held again, and a hold ends after two days at most") {
    Club club;
    for (const char* slug : {"a", "b", "c"})
        club.rise(slug, kStart);
    REQUIRE(club.holds("a", kStart + minutes(17)));
    CHECK_FALSE(hold_is_over(club.state, kStart + hours(48)));
    CHECK(hold_is_over(club.state, kStart + minutes(17) + hours(48)));
    CHECK(end_hold(club.state) == std::vector<std::string>{"a", "b", "c"});
    CHECK_FALSE(club.holds("a", kStart + minutes(30)));
    CHECK(end_hold(club.state).empty());
}

TEST_CASE("a fall, a notice and a stage that stays are no jumps") {
    BurstState state;
    observe_stage(state, "a", "qloc", Stage::urgent, Stage::warning, kStart);
    observe_stage(state, "b", "qloc", Stage::ok, Stage::notice, kStart);
    observe_stage(state, "c", "qloc", Stage::warning, Stage::warning, kStart);
    CHECK(state.jumps.empty());
}

TEST_CASE("old jumps are forgotten, those of a hold are not") {
    Club club;
    for (const char* slug : {"a", "b", "c"})
        club.rise(slug, kStart);
    REQUIRE(club.holds("a", kStart + minutes(17)));
    club.rise("z", kStart - hours(1));
    forget_old_jumps(club.state, kStart + hours(48));
    CHECK(club.state.jumps.size() == 3);
}

TEST_CASE("few mailboxes need not wait for each other") {
    CHECK_FALSE(burst_is_possible(BurstRule{}, {.all = 2, .of_server = {}}));
    CHECK(burst_is_possible(BurstRule{}, {.all = 3, .of_server = {}}));
    CHECK(burst_window(hours(1)) > hours(1) + minutes(3));
}

} // namespace
} // namespace mailquotad
