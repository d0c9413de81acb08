#include "core/forecast_outlook.h"

#include "core/byte_size.h"

#include <algorithm>

namespace mailquotad {

namespace {

/// A mailbox never holds less than nothing.
std::int64_t level_after(std::int64_t used_bytes, std::int64_t growth_bytes) {
    return growth_bytes < 0 ? std::max<std::int64_t>(0, used_bytes + growth_bytes)
                            : saturating_add(used_bytes, growth_bytes);
}

/// The first day on which this quantile of the growth takes all that is free.
std::optional<double> first_day(const GrowthOutlook& outlook, std::size_t quantile, std::int64_t free_bytes) {
    if (free_bytes <= 0)
        return 0;
    int day = 1;
    for (std::size_t grid = 0; grid < kGrowthDays.size(); ++grid) {
        if (outlook.growth[grid][quantile] < free_bytes) {
            day = kGrowthDays[grid] + 1;
            continue;
        }
        while (growth_after(outlook, day)[quantile] < free_bytes)
            ++day;
        return day;
    }
    return std::nullopt;
}

} // namespace

GrowthOrReason growth_outlook(std::string_view mailbox, std::span<const DailyUse> uses,
                              std::optional<std::int64_t> limit_bytes, const Calibration& calibration) {
    if (uses.empty())
        return ForecastReason::no_usage;
    const UsageSeries series = usage_series(recent(uses), limit_bytes);
    if (series.unbroken_days() < kLeastHistoryDays)
        return series.broken ? ForecastReason::gap : ForecastReason::too_little_data;
    return calibrated(bootstrap(series, forecast_seed(mailbox, series.last_day)), calibration);
}

Forecast forecast_from(const GrowthOutlook& outlook, std::int64_t used_bytes, std::int64_t limit_bytes) {
    const std::int64_t free_bytes = limit_bytes - used_bytes;
    Forecast forecast{.growth_bytes_per_day = outlook.bytes_per_day,
                      .full_in_days = {.p10 = first_day(outlook, 4, free_bytes),
                                       .p25 = first_day(outlook, 3, free_bytes),
                                       .p50 = first_day(outlook, 2, free_bytes),
                                       .p90 = first_day(outlook, 0, free_bytes)},
                      .short_history = outlook.short_history};
    for (std::size_t i = 0; i < kForecastHorizons.size(); ++i) {
        const GrowthQuantiles growth = growth_after(outlook, kForecastHorizons[i]);
        forecast.used_bytes[i] = {.p10 = level_after(used_bytes, growth[0]),
                                  .p25 = level_after(used_bytes, growth[1]),
                                  .p50 = level_after(used_bytes, growth[2]),
                                  .p75 = level_after(used_bytes, growth[3]),
                                  .p90 = level_after(used_bytes, growth[4])};
    }
    return forecast;
}

} // namespace mailquotad
