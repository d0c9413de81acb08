#include "observe/forecast_json.h"

#include <nlohmann/json.hpp>

#include <cmath>

namespace mailquotad::observe {
namespace {

using Json = nlohmann::ordered_json;

Json days(const std::optional<double>& value) {
    return value ? Json(*value) : Json(nullptr);
}

Json quantiles(const ByteQuantiles& bytes) {
    return {{"p10", bytes.p10}, {"p25", bytes.p25}, {"p50", bytes.p50}, {"p75", bytes.p75}, {"p90", bytes.p90}};
}

} // namespace

Json forecast_json(const std::optional<Forecast>& forecast) {
    if (!forecast) {
        return nullptr;
    }
    const FullInDays& full = forecast->full_in_days;
    Json by_horizon = Json::object();
    for (std::size_t i = 0; i < kForecastHorizons.size(); ++i) {
        by_horizon[std::to_string(kForecastHorizons[i])] = quantiles(forecast->used_bytes[i]);
    }
    constexpr double kTenths = 10;
    return {
        {"growth_bytes_per_day", std::round(forecast->growth_bytes_per_day * kTenths) / kTenths},
        {"full_in_days",
         {{"p10", days(full.p10)}, {"p25", days(full.p25)}, {"p50", days(full.p50)}, {"p90", days(full.p90)}}},
        {"quantiles_bytes", by_horizon},
    };
}

Json forecast_reason_json(const std::optional<ForecastReason>& reason) {
    return reason ? Json(to_string(*reason)) : Json(nullptr);
}

} // namespace mailquotad::observe
