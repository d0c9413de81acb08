#include "core/quiet_times.h"

#include "catch.h"

namespace mailquotad {
namespace {

using std::chrono::hours;

std::chrono::sys_days day(int year, unsigned month, unsigned day) {
    return std::chrono::year(year) / std::chrono::month(month) / std::chrono::day(day);
}

TEST_CASE("a day off is a weekday, a day of every year or a single day") {
    DaysOff days;
    CHECK(add_day_off(days, "Sun"));
    CHECK(add_day_off(days, "12-25"));
    CHECK(add_day_off(days, "2027-03-26"));
    CHECK(days.contains(day(2026, 11, 22)));
    CHECK_FALSE(days.contains(day(2026, 11, 23)));
    CHECK(days.contains(day(2026, 12, 25)));
    CHECK(days.contains(day(2031, 12, 25)));
    CHECK(days.contains(day(2027, 3, 26)));
    CHECK_FALSE(days.contains(day(2028, 3, 26 - 1)));
}

TEST_CASE("what is no day off is refused and changes nothing") {
    DaysOff days;
    for (const char* text : {"", "Sunday", "sun", "13-01", "02-30", "1-1", "2026-02-30", "12-25 "})
        CHECK_FALSE(add_day_off(days, text));
    CHECK(days == DaysOff{});
    CHECK(add_day_off(days, "02-29"));
}

TEST_CASE("a weekly task was last due at the latest such moment that is not in the future") {
    const auto monday = std::chrono::Monday;
    const LocalTime due{.day = day(2026, 11, 23), .minute_of_day = hours(7)};
    CHECK(last_weekly(monday, hours(7), {day(2026, 11, 23), hours(7)}) == due);
    CHECK(last_weekly(monday, hours(7), {day(2026, 11, 29), hours(23)}) == due);
    CHECK(last_weekly(monday, hours(7), {day(2026, 11, 30), hours(6)}) == due);
    CHECK(last_weekly(monday, hours(7), {day(2026, 11, 30), hours(8)}).day == day(2026, 11, 30));
}

} // namespace
} // namespace mailquotad
