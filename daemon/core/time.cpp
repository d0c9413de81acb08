#include "core/time.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <cstdio>

namespace mailquotad {

namespace {

using std::chrono::sys_days;
using std::chrono::year_month_day;

struct DurationUnit {
    std::string_view name;
    std::int64_t seconds;
};

// Largest first.
constexpr std::array<DurationUnit, 4> kUnits{{{"d", 86'400}, {"h", 3'600}, {"min", 60}, {"s", 1}}};

// RFC 3339 has years of four digits.
constexpr sys_days kFirstDay = std::chrono::year{0} / 1 / 1;
constexpr sys_days kLastDay = std::chrono::year{9999} / 12 / 31;

// Exactly `digits` decimal digits at `position`.
std::optional<unsigned> digits_at(std::string_view text, std::size_t position, std::size_t digits) {
    unsigned value = 0;
    for (const char c : text.substr(position, digits)) {
        if (c < '0' || c > '9')
            return std::nullopt;
        value = value * 10 + static_cast<unsigned>(c - '0');
    }
    return value;
}

} // namespace

std::optional<Seconds> parse_duration(std::string_view text) {
    if (text.empty() || text.front() < '0' || text.front() > '9')
        return std::nullopt;
    std::int64_t count = 0;
    const char* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, count);
    if (error != std::errc{})
        return std::nullopt;
    const std::string_view name(stop, static_cast<std::size_t>(end - stop));
    const auto unit = std::find_if(kUnits.begin(), kUnits.end(), [&](const DurationUnit& u) { return u.name == name; });
    if (unit == kUnits.end() || count > Seconds(kLongestDuration).count() / unit->seconds)
        return std::nullopt;
    return Seconds(count * unit->seconds);
}

std::string format_duration(Seconds duration) {
    const std::int64_t seconds = duration.count();
    if (seconds == 0)
        return "0s";
    const auto unit =
        std::find_if(kUnits.begin(), kUnits.end(), [&](const DurationUnit& u) { return seconds % u.seconds == 0; });
    return std::to_string(seconds / unit->seconds).append(unit->name);
}

std::string format_utc(Time time) {
    time = std::clamp(time, Time(kFirstDay), Time(kLastDay) + Days(1) - Seconds(1));
    const sys_days day = std::chrono::floor<Days>(time);
    const std::chrono::hh_mm_ss clock(time - day);
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "T%02d:%02d:%02dZ", static_cast<int>(clock.hours().count()),
                  static_cast<int>(clock.minutes().count()), static_cast<int>(clock.seconds().count()));
    return format_date(day) + text.data();
}

std::optional<Time> parse_utc(std::string_view text) {
    if (text.size() != 20 || text[10] != 'T' || text[13] != ':' || text[16] != ':' || text[19] != 'Z')
        return std::nullopt;
    const auto day = parse_date(text.substr(0, 10));
    const auto hour = digits_at(text, 11, 2);
    const auto minute = digits_at(text, 14, 2);
    const auto second = digits_at(text, 17, 2);
    if (!day || !hour || !minute || !second || *hour > 23 || *minute > 59 || *second > 59)
        return std::nullopt;
    return Time(*day) + std::chrono::hours(*hour) + std::chrono::minutes(*minute) + Seconds(*second);
}

std::optional<sys_days> parse_date(std::string_view text) {
    if (text.size() != 10 || text[4] != '-' || text[7] != '-')
        return std::nullopt;
    const auto year = digits_at(text, 0, 4);
    const auto month = digits_at(text, 5, 2);
    const auto day = digits_at(text, 8, 2);
    if (!year || !month || !day)
        return std::nullopt;
    const year_month_day date{std::chrono::year(static_cast<int>(*year)), std::chrono::month(*month),
                              std::chrono::day(*day)};
    return date.ok() ? std::optional(sys_days(date)) : std::nullopt;
}

std::string format_date(sys_days day) {
    const year_month_day date(std::clamp(day, kFirstDay, kLastDay));
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "%04d-%02u-%02u", static_cast<int>(date.year()),
                  static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
    return text.data();
}

} // namespace mailquotad
