// When mail waits: hours of the night and days off, on the wall clock of the settings' zone.
#pragma once

#include "core/time.h"

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mailquotad {

/// Local hours in which no mail goes out, from begin up to end; may wrap around midnight.
struct QuietHours {
    std::chrono::minutes begin{0};
    std::chrono::minutes end{0};
    [[nodiscard]] bool contains(std::chrono::minutes minute_of_day) const;
    bool operator==(const QuietHours&) const = default;
};

/// Local days on which only what is urgent goes out: weekdays, days of every year, single days.
struct DaysOff {
    std::array<bool, 7> weekdays{}; ///< indexed as std::chrono::weekday::c_encoding: Sunday is 0
    std::vector<std::chrono::month_day> yearly;
    std::vector<std::chrono::sys_days> dates;
    [[nodiscard]] bool contains(std::chrono::sys_days day) const;
    bool operator==(const DaysOff&) const = default;
};

/// Adds "Sun", "12-25" (every year) or "2026-12-24" to `days`; false for any other text, and nothing is added.
bool add_day_off(DaysOff& days, std::string_view text);

/// "Mon" … "Sun" as a weekday; nothing for any other text.
std::optional<std::chrono::weekday> parse_weekday(std::string_view text);

/// The last local moment not later than `now` that falls on this weekday at this minute: when a weekly task was due.
LocalTime last_weekly(std::chrono::weekday day, std::chrono::minutes minute_of_day, const LocalTime& now);

} // namespace mailquotad
