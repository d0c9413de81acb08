#include "core/forecast_replay.h"

#include "core/forecast_outlook.h"

#include <algorithm>

namespace mailquotad {

namespace {

/// The scores of earlier days, as the list is gone through.
class Learning {
public:
    Learning(std::string_view mailbox, std::int64_t limit_bytes) : mailbox_(mailbox), limit_bytes_(limit_bytes) {}

    /// Takes note of the past as of its last day, once a week.
    void learn(std::span<const DailyUse> past) {
        const auto today = past.back().day;
        if (today < next_)
            return;
        next_ = today + Days(kLearnEveryDays);
        for (const ForecastError& error : past_errors(mailbox_, past, limit_bytes_))
            errors_.push_back({today, error});
        std::erase_if(errors_, [today](const Dated& one) { return today - one.day > kErrorsKept; });
    }
    [[nodiscard]] Calibration calibration() const {
        std::vector<ForecastError> errors;
        for (const Dated& one : errors_)
            errors.push_back(one.error);
        return learned_calibration(errors);
    }

private:
    struct Dated {
        std::chrono::sys_days day;
        ForecastError error;
    };
    std::string_view mailbox_;
    std::int64_t limit_bytes_;
    std::chrono::sys_days next_ = std::chrono::sys_days::min();
    std::vector<Dated> errors_;
};

DatedForecast forecast_as_of(std::string_view mailbox, std::span<const DailyUse> past, std::int64_t limit_bytes,
                             const Calibration& calibration) {
    DatedForecast dated{.as_of = past.back().day, .used_bytes = past.back().used_bytes, .forecast = {}, .reason = {}};
    const GrowthOrReason growth = growth_outlook(mailbox, past, limit_bytes, calibration);
    if (const auto* outlook = std::get_if<GrowthOutlook>(&growth))
        dated.forecast = forecast_from(*outlook, dated.used_bytes, limit_bytes);
    else
        dated.reason = std::get<ForecastReason>(growth);
    return dated;
}

} // namespace

std::vector<DatedForecast> replay(std::string_view mailbox, std::span<const DailyUse> uses, std::int64_t limit_bytes,
                                  int every) {
    std::vector<DatedForecast> forecasts;
    Learning learning(mailbox, limit_bytes);
    for (std::size_t count = 1; count <= uses.size(); ++count) {
        const auto past = uses.first(count);
        learning.learn(past);
        const auto age = (past.back().day - uses.front().day).count();
        if (every > 0 ? age % every == 0 : count == uses.size())
            forecasts.push_back(forecast_as_of(mailbox, past, limit_bytes, learning.calibration()));
    }
    return forecasts;
}

} // namespace mailquotad
