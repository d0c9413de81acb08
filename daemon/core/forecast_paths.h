// What may come into a mailbox within a year: weeks of its past put together anew, many times over.
#pragma once

#include "core/usage_series.h"

#include <array>
#include <cstdint>
#include <string_view>

namespace mailquotad {

/// Quantiles of a growth in bytes: 10, 25, 50, 75 and 90 %.
using GrowthQuantiles = std::array<std::int64_t, 5>;

inline constexpr int kForecastHorizonDays = 365;

/// The days ahead at which growth is computed; between them it is interpolated.
inline constexpr std::array kGrowthDays{1,
                                        2,
                                        3,
                                        4,
                                        5,
                                        6,
                                        7,
                                        8,
                                        9,
                                        10,
                                        11,
                                        12,
                                        13,
                                        14,
                                        16,
                                        18,
                                        21,
                                        25,
                                        30,
                                        36,
                                        45,
                                        60,
                                        75,
                                        90,
                                        120,
                                        160,
                                        210,
                                        280,
                                        kForecastHorizonDays};

/// What may come in from the end of a day on, if nobody cleans up. It knows neither level nor limit.
struct GrowthOutlook {
    std::chrono::sys_days as_of{};
    double bytes_per_day = 0;
    std::array<GrowthQuantiles, kGrowthDays.size()> growth = {}; ///< after each of kGrowthDays
    bool short_history = false;                                  ///< fewer than four weeks without a gap
};

/// Growth after `days` (0 to kForecastHorizonDays).
GrowthQuantiles growth_after(const GrowthOutlook& outlook, int days);

/// A number that is the same on every machine for the same mailbox and day.
std::uint64_t forecast_seed(std::string_view mailbox, std::chrono::sys_days day);

/// The shortest history that a forecast is made of.
inline constexpr std::size_t kLeastHistoryDays = 14;

/// Weekly-block bootstrap: each path keeps to a time of its own in the past and strings whole weeks of it together,
/// so weekdays stay weekdays. Uncalibrated. `horizon_days` is how far the paths go; beyond it growth stays as it is.
/// The series must have kLeastHistoryDays unbroken days.
GrowthOutlook bootstrap(const UsageSeries& series, std::uint64_t seed, int horizon_days = kForecastHorizonDays);

} // namespace mailquotad
