#include "notify/outlook_words.h"

#include <algorithm>
#include <cmath>

namespace mailquotad::notify {
namespace {

constexpr double kHorizon = 365;
constexpr double kLater = 90;
constexpr double kWidestRatio = 6; // of P90 to P10; beyond it no date is honest
constexpr double kDatesUpTo = 14;
constexpr double kOneWeek = 7;

std::chrono::sys_days in_days(std::chrono::sys_days today, double days) {
    return today + Days(static_cast<int>(days));
}

int weeks(double days) {
    return static_cast<int>(std::lround(days / kOneWeek));
}

} // namespace

OutlookWords outlook_words(const std::optional<Forecast>& forecast, std::chrono::sys_days today) {
    OutlookWords words;
    if (!forecast) {
        return words;
    }
    const FullInDays& full = forecast->full_in_days;
    const double early = std::clamp(full.p10.value_or(kHorizon), 0.0, kHorizon);
    const double late = std::clamp(full.p90.value_or(kHorizon), early, kHorizon);
    if (early >= kLater) {
        words.form = OutlookWords::Form::later;
    } else if (forecast->short_history) {
        words.form = OutlookWords::Form::unsteady;
    } else if (late <= kDatesUpTo || (late / std::max(early, 1.0) <= kWidestRatio && early < kOneWeek)) {
        words.form = OutlookWords::Form::dates;
        words.first_day = in_days(today, std::floor(early));
        words.last_day = in_days(today, std::ceil(late));
    } else if (late / std::max(early, 1.0) > kWidestRatio || late >= kHorizon) {
        words.form = OutlookWords::Form::unsteady;
    } else {
        words.form = OutlookWords::Form::weeks;
        words.first_week = weeks(early);
        words.last_week = weeks(late);
    }
    return words;
}

} // namespace mailquotad::notify
