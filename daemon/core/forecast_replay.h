// The forecasts that a mailbox would have got day by day, from a list of its past use.
#pragma once

#include "core/forecast.h"
#include "core/usage_series.h"

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace mailquotad {

/// What was to be said at the end of a day.
struct DatedForecast {
    std::chrono::sys_days as_of{};
    std::int64_t used_bytes = 0;
    std::optional<Forecast> forecast;
    std::optional<ForecastReason> reason; ///< set where there is no forecast
};

/// Forecasts as of every `every`-th day of `uses` (counted from the first; a day that is missing is passed over), or of
/// the last one only where `every` is 0. Each uses that day and earlier ones and nothing later: the calibration starts
/// from the shipped one and learns from earlier days of the same list. `uses` is oldest first and must not be empty.
std::vector<DatedForecast> replay(std::string_view mailbox, std::span<const DailyUse> uses, std::int64_t limit_bytes,
                                  int every);

} // namespace mailquotad
