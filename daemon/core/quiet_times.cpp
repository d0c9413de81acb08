#include "core/quiet_times.h"

#include <algorithm>

namespace mailquotad {

namespace {

constexpr std::string_view kWeekdays[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
constexpr std::string_view kLeapYear = "2024-"; // so that 29 February may be named

} // namespace

bool QuietHours::contains(std::chrono::minutes minute_of_day) const {
    if (begin <= end)
        return begin <= minute_of_day && minute_of_day < end;
    return minute_of_day >= begin || minute_of_day < end;
}

bool DaysOff::contains(std::chrono::sys_days day) const {
    const std::chrono::year_month_day date(day);
    const std::chrono::month_day of_year(date.month(), date.day());
    return weekdays[std::chrono::weekday(day).c_encoding()] ||
           std::find(yearly.begin(), yearly.end(), of_year) != yearly.end() ||
           std::find(dates.begin(), dates.end(), day) != dates.end();
}

std::optional<std::chrono::weekday> parse_weekday(std::string_view text) {
    const auto* const found = std::find(std::begin(kWeekdays), std::end(kWeekdays), text);
    if (found == std::end(kWeekdays))
        return std::nullopt;
    return std::chrono::weekday(static_cast<unsigned>(found - std::begin(kWeekdays)));
}

bool add_day_off(DaysOff& days, std::string_view text) {
    if (const auto weekday = parse_weekday(text)) {
        days.weekdays[weekday->c_encoding()] = true;
        return true;
    }
    if (const auto date = parse_date(text)) {
        days.dates.push_back(*date);
        return true;
    }
    if (text.size() != 5)
        return false;
    const auto in_leap_year = parse_date(std::string(kLeapYear) + std::string(text));
    if (!in_leap_year)
        return false;
    const std::chrono::year_month_day date(*in_leap_year);
    days.yearly.emplace_back(date.month(), date.day());
    return true;
}

LocalTime last_weekly(std::chrono::weekday day, std::chrono::minutes minute_of_day, const LocalTime& now) {
    LocalTime last{.day = now.day - (std::chrono::weekday(now.day) - day), .minute_of_day = minute_of_day};
    if (last > now)
        last.day -= Days(7);
    return last;
}

} // namespace mailquotad
