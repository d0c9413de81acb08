// Learning from past forecasts: how far what came lay from what was said, and bands as wide as that asks for.
#pragma once

#include "core/forecast.h"
#include "core/forecast_paths.h"

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace mailquotad {

/// One forecast held against what came. The score is the distance from the raw median in units of the raw band's half
/// on that side: -1 is the raw 10 %, 1 the raw 90 % quantile.
struct ForecastError {
    std::size_t horizon = 0; ///< index into kForecastHorizons
    double score = 0;        ///< cut at ±kLargestScore
    double weight = 1;       ///< how much it counts; less where it overlaps others
};

inline constexpr double kLargestScore = 50;

/// What one error of this horizon counts, where they are taken kLearnEveryDays apart and so overlap.
double forecast_error_weight(std::size_t horizon);

/// Scores that 10, 25, 50, 75 and 90 % of outcomes stay below.
using ScoreQuantiles = std::array<double, 5>;

/// Where the quantiles really lie, by horizon.
struct Calibration {
    std::array<ScoreQuantiles, kForecastHorizons.size()> scores = {};
};

/// What was learned from simulated mailboxes and public archives; what a new installation begins with.
const Calibration& shipped_calibration();

/// The shipped calibration, moved towards `errors` the more the more they are.
Calibration learned_calibration(std::span<const ForecastError> errors);

/// The same growth with calibrated quantiles. Nothing falls below what was ever seen to be lost.
GrowthOutlook calibrated(const GrowthOutlook& raw, const Calibration& calibration);

/// The distance of `growth` from the raw forecast for `days` ahead.
double score_of(const GrowthOutlook& raw, int days, std::int64_t growth);

/// Scores the forecasts that this mailbox would have got 7, 14, 30 and 60 days before the last of `uses`, from what was
/// known then. Days that were cleaned up count as usual ones.
std::vector<ForecastError> past_errors(std::string_view mailbox, std::span<const DailyUse> uses,
                                       std::optional<std::int64_t> limit_bytes);

/// How often past_errors is to be asked: every so many days.
inline constexpr int kLearnEveryDays = 7;

/// Older errors are forgotten: habits change.
inline constexpr Days kErrorsKept{400};

} // namespace mailquotad
