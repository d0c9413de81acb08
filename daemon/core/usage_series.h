// From measurements at any time to what came in day by day: the history that a forecast draws from.
#pragma once

#include "core/time.h"

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace mailquotad {

/// The use of a mailbox at one moment, on the clock on the wall.
struct UsageReading {
    LocalTime at;
    std::int64_t used_bytes = 0;
};

/// The use at the end of a day.
struct DailyUse {
    std::chrono::sys_days day{};
    std::int64_t used_bytes = 0;
    bool operator==(const DailyUse&) const = default;
};

/// The day that a reading belongs to: a day ends at 04:00 of the next one, when the least mail moves.
std::chrono::sys_days usage_day(const LocalTime& at);

/// One use a day, the last reading of each, oldest first. `readings` need no order; of equal times the later in the
/// list counts. The newest day may not be over yet.
std::vector<DailyUse> daily_uses(std::span<const UsageReading> readings);

/// How a day's growth is known.
enum class DayKind : std::uint8_t {
    measured,   ///< the difference to the day before
    filled,     ///< its share of the difference over a few days without measurement
    cleaned_up, ///< somebody made room, so what came in is not known
};

/// By how much the use grew in one day.
struct DayGrowth {
    std::chrono::sys_days day{};
    std::int64_t bytes = 0; ///< negative: it shrank
    DayKind kind = DayKind::measured;
    bool operator==(const DayGrowth&) const = default;
};

/// The growth of a mailbox, oldest day first. Days follow each other, except where a longer gap breaks the series.
struct UsageSeries {
    std::vector<DayGrowth> days;
    std::size_t unbroken_from = 0; ///< index of the first day after the last break; all later days follow each other
    bool broken = false;           ///< there was a break
    std::chrono::sys_days last_day{};
    std::int64_t last_used_bytes = 0;

    /// Days in a row up to the last one, without a break.
    [[nodiscard]] std::size_t unbroken_days() const { return days.size() - unbroken_from; }
};

/// The most days in a row without a measurement that are filled; more of them break the series.
inline constexpr Days kLongestFilledGap{7};

/// The longest history that is used.
inline constexpr Days kLongestHistory{180};

/// Those of `uses` (oldest first) that lie within kLongestHistory of the last.
std::span<const DailyUse> recent(std::span<const DailyUse> uses);

/// Differences of daily uses, oldest first, which must not be empty. A decrease of more than
/// max(min(5 MB, 1 % of the limit), 3 × the median absolute difference) is a clean-up; smaller ones stay, as normal
/// deleting. The limit changes nothing else.
UsageSeries usage_series(std::span<const DailyUse> uses, std::optional<std::int64_t> limit_bytes);

/// What comes in on each of `days`; a day that was cleaned up counts as the mean of the same weekdays, else of all
/// days.
std::vector<std::int64_t> usual_growth(std::span<const DayGrowth> days);

} // namespace mailquotad
