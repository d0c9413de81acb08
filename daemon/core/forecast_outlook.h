// From daily uses to a forecast: first what may come in, once a day; then when that fills the mailbox, at any time.
#pragma once

#include "core/forecast.h"
#include "core/forecast_calibration.h"
#include "core/forecast_paths.h"

#include <optional>
#include <span>
#include <string_view>
#include <variant>

namespace mailquotad {

using GrowthOrReason = std::variant<GrowthOutlook, ForecastReason>;

/// What may come in after the last of `uses` (oldest first, one a day), or why nothing can be said: fewer than 14 days
/// in a row. The same mailbox, day and past give the same outlook on every machine.
GrowthOrReason growth_outlook(std::string_view mailbox, std::span<const DailyUse> uses,
                              std::optional<std::int64_t> limit_bytes, const Calibration& calibration);

/// The forecast for a mailbox of this level and limit; days are counted from the day of the outlook.
Forecast forecast_from(const GrowthOutlook& outlook, std::int64_t used_bytes, std::int64_t limit_bytes);

} // namespace mailquotad
