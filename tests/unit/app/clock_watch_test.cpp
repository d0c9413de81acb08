#include "app/clock_watch.h"

#include "catch.h"
#include "fakes/fake_clock.h"

namespace mailquotad::app {
namespace {

using std::chrono::hours;

TEST_CASE("time that passes is no jump of the clock, however long") {
    fakes::FakeClock clock;
    ClockWatch watch(clock);
    for (const std::chrono::nanoseconds passed : {std::chrono::nanoseconds(1), std::chrono::nanoseconds(hours(5000))}) {
        clock.advance(passed);
        CHECK(watch.jump() == Seconds(0));
    }
}

TEST_CASE("a clock that is set forward or back, or a machine that slept, is told once") {
    fakes::FakeClock clock;
    ClockWatch watch(clock);
    clock.step(hours(8));
    CHECK(watch.jump() == hours(8));
    CHECK(watch.jump() == Seconds(0));
    clock.step(-hours(24 * 365));
    CHECK(watch.jump() == -hours(24 * 365));
    CHECK(watch.jump() == Seconds(0));
}

TEST_CASE("a time service that corrects seconds is no jump, and many corrections do not add up to one") {
    fakes::FakeClock clock;
    ClockWatch watch(clock);
    for (int correction = 0; correction < 100; ++correction) {
        clock.step(Seconds(5));
        CHECK(watch.jump() == Seconds(0));
    }
}

} // namespace
} // namespace mailquotad::app
