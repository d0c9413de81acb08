#include "catch.h"

#include "core/time.h"

#include <rapidcheck.h>

#include <cstdint>

using namespace mailquotad;
using namespace std::chrono_literals;

namespace {

constexpr std::chrono::sys_days day(int y, unsigned m, unsigned d) {
    return std::chrono::year(y) / std::chrono::month(m) / std::chrono::day(d);
}

} // namespace

TEST_CASE("the durations of the settings are read") {
    CHECK(parse_duration("0s") == 0s);
    CHECK(parse_duration("30s") == 30s);
    CHECK(parse_duration("15min") == 900s);
    CHECK(parse_duration("6h") == 6h);
    CHECK(parse_duration("7d") == Days(7));
    CHECK(parse_duration("36525d") == kLongestDuration);
}

TEST_CASE("what is no duration is refused") {
    const char* bad =
        GENERATE("", "s", "30", "-30s", "+30s", " 30s", "30s ", "30 s", "1.5h", "15m", "15MIN", "1w", "1y", "6h30min",
                 "0x10s", "30ss", "36526d", "876601h", "3155760001s", "9223372036854775807d", "99999999999999999999s");
    CAPTURE(bad);
    CHECK_FALSE(parse_duration(bad));
}

TEST_CASE("a duration is written in the largest unit that is exact") {
    CHECK(format_duration(0s) == "0s");
    CHECK(format_duration(1s) == "1s");
    CHECK(format_duration(90s) == "90s");
    CHECK(format_duration(900s) == "15min");
    CHECK(format_duration(3600s) == "1h");
    CHECK(format_duration(90min) == "90min");
    CHECK(format_duration(Days(7)) == "7d");
    CHECK(format_duration(Days(7) + 1s) == "604801s");
    CHECK(format_duration(-90s) == "-90s");
}

TEST_CASE("every duration that is written is read back as the same") {
    CHECK(rc::check("round trip", [] {
        const Seconds duration(*rc::gen::inRange<std::int64_t>(0, Seconds(kLongestDuration).count() + 1));
        RC_ASSERT(parse_duration(format_duration(duration)) == duration);
    }));
}

TEST_CASE("a point in time is written as RFC 3339 in UTC") {
    CHECK(format_utc(Time{}) == "1970-01-01T00:00:00Z");
    CHECK(format_utc(day(2026, 11, 21) + 19h) == "2026-11-21T19:00:00Z");
    CHECK(format_utc(day(2024, 2, 29) + 23h + 59min + 59s) == "2024-02-29T23:59:59Z");
    CHECK(format_utc(Time(-1s)) == "1969-12-31T23:59:59Z");
    CHECK(format_utc(day(1, 1, 1)) == "0001-01-01T00:00:00Z");
}

TEST_CASE("a point in time beyond four digits of years is clamped") {
    CHECK(format_utc(Time::max()) == "9999-12-31T23:59:59Z");
    CHECK(format_utc(Time::min()) == "0000-01-01T00:00:00Z");
    CHECK(format_date(std::chrono::sys_days::max()) == "9999-12-31");
    CHECK(format_date(std::chrono::sys_days::min()) == "0000-01-01");
}

TEST_CASE("every point in time that is written is read back as the same") {
    CHECK(rc::check("round trip", [] {
        const Time time(Seconds(*rc::gen::inRange<std::int64_t>(-62'167'219'200, 253'402'300'800)));
        RC_ASSERT(parse_utc(format_utc(time)) == time);
    }));
}

TEST_CASE("what is no point in time is refused") {
    const char* bad =
        GENERATE("", "2026-11-21", "2026-11-21T19:00:00", "2026-11-21 19:00:00Z", "2026-11-21t19:00:00z",
                 "2026-11-21T19:00:00+00:00", "2026-11-21T19:00:00.5Z", "2026-11-21T24:00:00Z", "2026-11-21T19:60:00Z",
                 "2026-11-21T19:00:60Z", "2026-02-30T19:00:00Z", "2026-11-21T 9:00:00Z", "2026-11-21T19-00-00Z",
                 "2026-11-21T-1:00:00Z", "2026-11-21T19:00:00Z ", "20261121T190000Z");
    CAPTURE(bad);
    CHECK_FALSE(parse_utc(bad));
}

TEST_CASE("days of the calendar are read, leap days where they exist") {
    CHECK(parse_date("2026-11-21") == day(2026, 11, 21));
    CHECK(parse_date("1970-01-01") == day(1970, 1, 1));
    CHECK(parse_date("2024-02-29") == day(2024, 2, 29));
    CHECK(parse_date("2000-02-29") == day(2000, 2, 29));
    CHECK(parse_date("9999-12-31") == day(9999, 12, 31));
}

TEST_CASE("days that do not exist and other texts are no dates") {
    const char* bad = GENERATE("", "2026-02-29", "1900-02-29", "2026-04-31", "2026-13-01", "2026-00-10", "2026-01-00",
                               "2026-01-32", "26-01-01", "2026-1-1", "2026/01/01", "2026-01-01 ", " 2026-01-1",
                               "-026-01-01", "+026-01-01", "2026-0x-01", "2026-01--1", "20260101", "12026-01-01");
    CAPTURE(bad);
    CHECK_FALSE(parse_date(bad));
}

TEST_CASE("a date is written with four, two and two digits") {
    CHECK(format_date(day(2026, 11, 21)) == "2026-11-21");
    CHECK(format_date(day(5, 1, 2)) == "0005-01-02");
}
