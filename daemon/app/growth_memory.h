// What is kept of a mailbox's forecast between two measurements, so that it costs a look into the database once a day.
#pragma once

#include "core/forecast_outlook.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <variant>

namespace mailquotad::app {

/// As GrowthOrReason; the outlook is large, and many mailboxes have none.
using KeptGrowth = std::variant<std::shared_ptr<const GrowthOutlook>, ForecastReason>;

struct GrowthMemory {
    std::optional<std::chrono::sys_days> computed; ///< the day on which `outlook` was computed
    std::optional<std::int64_t> limit_bytes;       ///< with which it was computed
    KeptGrowth outlook = ForecastReason::no_usage;
};

} // namespace mailquotad::app
