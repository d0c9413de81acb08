#include "core/forecast_calibration.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <numeric>

namespace mailquotad {

namespace {

// The prior counts as many independent forecasts as this.
constexpr double kPriorWeight = 60;
constexpr std::array kPercents{0.10, 0.25, 0.50, 0.75, 0.90};

// By horizon, from tests/bench/calibrate; tests/bench/backtest shows what they are worth on other mailboxes.
constexpr Calibration kShipped{{{
    {-0.97, -0.54, 0.00, 0.32, 1.19},
    {-1.08, -0.63, -0.04, 0.39, 1.45},
    {-1.23, -0.77, -0.10, 0.54, 1.60},
    {-1.33, -0.85, -0.12, 0.66, 1.77},
}}};

/// Half the raw band above and below the median, never nothing.
struct Halves {
    double below = 0;
    double above = 0;
};

Halves halves_of(const GrowthQuantiles& raw) {
    const auto [low, lower, middle, upper, high] = raw;
    const std::int64_t least = std::max({(high - low) / 4, std::abs(middle) / 16, std::int64_t{1}});
    return {.below = static_cast<double>(std::max(middle - low, least)),
            .above = static_cast<double>(std::max(high - middle, least))};
}

/// Between two horizons by the logarithm of the days, beyond them as at the nearest.
ScoreQuantiles scores_at(const Calibration& calibration, int days) {
    const auto next = std::lower_bound(kForecastHorizons.begin(), kForecastHorizons.end(), days);
    if (next == kForecastHorizons.begin())
        return calibration.scores.front();
    if (next == kForecastHorizons.end())
        return calibration.scores.back();
    const auto index = static_cast<std::size_t>(next - kForecastHorizons.begin());
    const double share = std::log(static_cast<double>(days) / kForecastHorizons[index - 1]) /
                         std::log(static_cast<double>(*next) / kForecastHorizons[index - 1]);
    ScoreQuantiles scores{};
    for (std::size_t i = 0; i < scores.size(); ++i)
        scores[i] = std::lerp(calibration.scores[index - 1][i], calibration.scores[index][i], share);
    return scores;
}

double weighted_quantile(const std::vector<ForecastError>& sorted, double total, double percent) {
    double below = 0;
    for (const ForecastError& error : sorted) {
        below += error.weight;
        if (below >= percent * total)
            return error.score;
    }
    return sorted.back().score;
}

} // namespace

double forecast_error_weight(std::size_t horizon) {
    return std::min(1.0, static_cast<double>(kLearnEveryDays) / kForecastHorizons[horizon]);
}

const Calibration& shipped_calibration() {
    return kShipped;
}

Calibration learned_calibration(std::span<const ForecastError> errors) {
    Calibration calibration = kShipped;
    for (std::size_t horizon = 0; horizon < kForecastHorizons.size(); ++horizon) {
        std::vector<ForecastError> sorted;
        std::copy_if(errors.begin(), errors.end(), std::back_inserter(sorted),
                     [horizon](const ForecastError& error) { return error.horizon == horizon; });
        if (sorted.empty())
            continue;
        std::sort(sorted.begin(), sorted.end(),
                  [](const ForecastError& a, const ForecastError& b) { return a.score < b.score; });
        const double total = std::accumulate(sorted.begin(), sorted.end(), 0.0,
                                             [](double sum, const ForecastError& e) { return sum + e.weight; });
        const double share = total / (total + kPriorWeight);
        for (std::size_t i = 0; i < kPercents.size(); ++i) {
            double& score = calibration.scores[horizon][i];
            score = std::lerp(score, weighted_quantile(sorted, total, kPercents[i]), share);
        }
    }
    return calibration;
}

GrowthOutlook calibrated(const GrowthOutlook& raw, const Calibration& calibration) {
    GrowthOutlook result = raw;
    for (std::size_t grid = 0; grid < kGrowthDays.size(); ++grid) {
        const ScoreQuantiles scores = scores_at(calibration, kGrowthDays[grid]);
        const Halves halves = halves_of(raw.growth[grid]);
        const std::int64_t middle = raw.growth[grid][2];
        const std::int64_t least = std::min<std::int64_t>(0, raw.growth[grid].front());
        for (std::size_t i = 0; i < scores.size(); ++i) {
            const double distance = scores[i] * (scores[i] < 0 ? halves.below : halves.above);
            result.growth[grid][i] = std::max(least, middle + static_cast<std::int64_t>(std::llround(distance)));
        }
    }
    return result;
}

double score_of(const GrowthOutlook& raw, int days, std::int64_t growth) {
    const GrowthQuantiles said = growth_after(raw, days);
    const Halves halves = halves_of(said);
    const auto distance = static_cast<double>(growth - said[2]);
    return std::clamp(distance / (distance < 0 ? halves.below : halves.above), -kLargestScore, kLargestScore);
}

std::vector<ForecastError> past_errors(std::string_view mailbox, std::span<const DailyUse> uses,
                                       std::optional<std::int64_t> limit_bytes) {
    std::vector<ForecastError> errors;
    if (uses.empty())
        return errors;
    const UsageSeries now = usage_series(recent(uses), limit_bytes);
    const std::vector<std::int64_t> growth = usual_growth(now.days);
    for (std::size_t horizon = 0; horizon < kForecastHorizons.size(); ++horizon) {
        const int days = kForecastHorizons[horizon];
        const auto until = now.last_day - Days(days);
        const auto later =
            std::upper_bound(uses.begin(), uses.end(), until,
                             [](std::chrono::sys_days day, const DailyUse& use) { return day < use.day; });
        if (now.unbroken_days() < static_cast<std::size_t>(days) || later == uses.begin())
            continue;
        const UsageSeries then = usage_series(recent(std::span(uses.begin(), later)), limit_bytes);
        if (then.last_day != until || then.unbroken_days() < kLeastHistoryDays)
            continue;
        const GrowthOutlook raw = bootstrap(then, forecast_seed(mailbox, until), days);
        errors.push_back(
            {.horizon = horizon,
             .score = score_of(raw, days, std::accumulate(growth.end() - days, growth.end(), std::int64_t{0})),
             .weight = forecast_error_weight(horizon)});
    }
    return errors;
}

} // namespace mailquotad
