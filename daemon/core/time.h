// Points in time and durations as the settings, the database and JSON write them.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace mailquotad {

/// System time in whole seconds since 1970, UTC without leap seconds.
using Time = std::chrono::sys_seconds;
using Seconds = std::chrono::seconds;
using Days = std::chrono::days;

/// Longer durations are refused, so that any of them can be added to any Time that occurs: a hundred years.
inline constexpr Days kLongestDuration{36'525};

/// Reads "30s", "15min", "6h", "7d" (a whole number and a unit). Nothing for any other text and beyond
/// kLongestDuration.
std::optional<Seconds> parse_duration(std::string_view text);

/// The largest unit that writes a duration exactly: "15min", "7d", "90s".
std::string format_duration(Seconds duration);

/// RFC 3339 in UTC: "2026-11-21T19:00:00Z". Clamped to the years 0000 to 9999, as format_date is.
std::string format_utc(Time time);

/// Reads what format_utc writes. Nothing for any other text.
std::optional<Time> parse_utc(std::string_view text);

/// A day of the civil calendar, "2026-11-21".
std::optional<std::chrono::sys_days> parse_date(std::string_view text);

/// "2026-11-21".
std::string format_date(std::chrono::sys_days day);

/// What the clock on the wall shows; the time zone was applied by whoever made it.
struct LocalTime {
    std::chrono::sys_days day{};           ///< the civil day in that zone
    std::chrono::minutes minute_of_day{0}; ///< 0 to 1439
    auto operator<=>(const LocalTime&) const = default;
};

} // namespace mailquotad
