// A forecast in words of honest precision: dates for soon, weeks for later, no date where it would be a guess.
#pragma once

#include "core/forecast.h"
#include "core/time.h"

#include <optional>

namespace mailquotad::notify {

struct OutlookWords {
    enum class Form {
        none,     ///< no forecast: nothing is said
        dates,    ///< within about two weeks: "between 3 and 9 December"
        weeks,    ///< within about three months: "in about 5 to 9 weeks"
        later,    ///< "not before three months from now"
        unsteady, ///< the range is too wide for a date, or the history too short: "it varies a lot"
    };
    Form form = Form::none;
    std::chrono::sys_days first_day{}; ///< for dates
    std::chrono::sys_days last_day{};
    int first_week = 0; ///< for weeks
    int last_week = 0;
};

/// Words for the time between the early (P10) and the late (P90) quantile, counted from `today`.
OutlookWords outlook_words(const std::optional<Forecast>& forecast, std::chrono::sys_days today);

} // namespace mailquotad::notify
