#include "catch.h"

#include "fakes/fake_clock.h"
#include "os/deadline.h"

#include <climits>
#include <thread>

#include <poll.h>

using namespace mailquotad;
using namespace std::chrono_literals;

namespace {

/// Keeps the process's zone as it was.
class ZoneGuard {
public:
    ~ZoneGuard() { os::set_zone("UTC"); }
};

LocalTime at(int year, unsigned month, unsigned day, int hour, int minute) {
    const std::chrono::year_month_day date{std::chrono::year{year}, std::chrono::month{month}, std::chrono::day{day}};
    return {.day = date, .minute_of_day = std::chrono::minutes{hour * 60 + minute}};
}

Time utc(int year, unsigned month, unsigned day, int hour, int minute) {
    const LocalTime time = at(year, month, day, hour, minute);
    return time.day + time.minute_of_day;
}

} // namespace

TEST_CASE("the system clock shows whole seconds of system time and steady time that goes on") {
    const os::SystemClock clock;
    const auto before = std::chrono::floor<Seconds>(std::chrono::system_clock::now());
    CHECK(clock.now() >= before);
    CHECK(clock.now() <= std::chrono::system_clock::now());
    const os::SteadyTime first = clock.steady();
    CHECK(clock.steady() >= first);
}

TEST_CASE("local time follows the zone through summer time") {
    const ZoneGuard guard;
    REQUIRE(os::set_zone("Europe/Berlin"));
    CHECK(os::local_time(utc(2026, 1, 15, 11, 30)) == at(2026, 1, 15, 12, 30));
    CHECK(os::local_time(utc(2026, 7, 15, 23, 30)) == at(2026, 7, 16, 1, 30));
    CHECK(os::local_time(utc(2026, 3, 29, 0, 59)) == at(2026, 3, 29, 1, 59));
    CHECK(os::local_time(utc(2026, 3, 29, 1, 0)) == at(2026, 3, 29, 3, 0));
    REQUIRE(os::set_zone("America/New_York"));
    CHECK(os::local_time(utc(2026, 1, 1, 3, 0)) == at(2025, 12, 31, 22, 0));
}

TEST_CASE("an unknown zone changes nothing") {
    const ZoneGuard guard;
    REQUIRE(os::set_zone("Europe/Berlin"));
    for (const char* zone :
         {"", "Europe/Nowhere", "../../etc/passwd", "/etc/localtime", "Europe", "tzdata.zi", "CET-1;x"}) {
        CHECK_FALSE(os::set_zone(zone));
    }
    CHECK(os::local_time(utc(2026, 1, 15, 11, 30)) == at(2026, 1, 15, 12, 30));
    CHECK(os::set_zone("UTC"));
    CHECK(os::local_time(utc(2026, 1, 15, 11, 30)) == at(2026, 1, 15, 11, 30));
}

TEST_CASE("a deadline tells what is left for poll, and nothing once it has passed") {
    CHECK(os::Deadline::in(1h).poll_timeout() > 3'500'000);
    CHECK(os::Deadline::in(1h).poll_timeout() <= 3'600'000);
    CHECK_FALSE(os::Deadline::in(1h).passed());
    CHECK(os::Deadline::in(0ms).passed());
    CHECK(os::Deadline::in(-5s).poll_timeout() == 0);
    CHECK(os::Deadline::in(std::chrono::milliseconds::max()).poll_timeout() == INT_MAX);
    CHECK_FALSE(os::Deadline::in(std::chrono::hours{24 * 365}).passed());
}

TEST_CASE("a part of a millisecond that is left is rounded up, so that no wait spins") {
    const os::Deadline deadline{.at = std::chrono::steady_clock::now() + 1ms};
    while (!deadline.passed()) {
        CHECK((deadline.poll_timeout() > 0 || deadline.passed()));
    }
}

TEST_CASE("a cancellation ends the waits of all threads, for good") {
    os::Cancellation cancellation;
    const os::Deadline deadline = os::Deadline::in(1h, &cancellation);
    CHECK_FALSE(deadline.passed());
    const auto wait = [&] {
        pollfd waiting{.fd = cancellation.descriptor(), .events = POLLIN, .revents = 0};
        ::poll(&waiting, 1, -1);
    };
    std::thread one(wait);
    std::thread two(wait);
    cancellation.cancel();
    one.join();
    two.join();
    cancellation.cancel();
    CHECK(cancellation.cancelled());
    CHECK(cancellation.cancelled());
    CHECK(deadline.passed());
    CHECK(deadline.poll_timeout() == 0);
}

TEST_CASE("the hands of the fake clock move together when time passes and apart when the clock is set") {
    fakes::FakeClock clock;
    const Time now = clock.now();
    const os::SteadyTime steady = clock.steady();
    clock.advance(1500ms);
    clock.advance(500ms);
    CHECK(clock.now() - now == 2s);
    CHECK(clock.steady() - steady == 2s);
    clock.step(-3600s);
    CHECK(clock.now() - now == -3598s);
    CHECK(clock.steady() - steady == 2s);
}
