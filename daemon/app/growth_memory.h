// What is kept of a mailbox's past between two measurements, so that a forecast costs no look into the database.
#pragma once

#include "core/forecast_outlook.h"

#include <cstdint>
#include <optional>
#include <vector>

namespace mailquotad::app {

struct GrowthMemory {
    bool loaded = false;                           ///< `uses` was read from the database
    std::vector<DailyUse> uses;                    ///< one a day; the newest day is not over
    std::optional<std::chrono::sys_days> computed; ///< the day on which `outlook` was computed
    std::optional<std::int64_t> limit_bytes;       ///< with which it was computed
    GrowthOrReason outlook = ForecastReason::no_usage;
};

} // namespace mailquotad::app
