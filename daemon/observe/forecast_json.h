// A forecast as JSON: the same members wherever one is given.
#pragma once

#include "core/forecast.h"

#include <nlohmann/json_fwd.hpp>

#include <optional>

namespace mailquotad::observe {

/// The value of `forecast` as CONTRACT.md has it; null where there is none.
nlohmann::ordered_json forecast_json(const std::optional<Forecast>& forecast);

/// The value of `forecast_reason`: a word of the closed set, null where there is a forecast.
nlohmann::ordered_json forecast_reason_json(const std::optional<ForecastReason>& reason);

} // namespace mailquotad::observe
