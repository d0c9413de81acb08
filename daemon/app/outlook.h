// What is known beside a measurement itself when a mailbox is judged: above all the forecast.
#pragma once

#include "app/mailbox_record.h"
#include "core/assessment.h"
#include "store/database.h"

#include <functional>
#include <optional>
#include <span>
#include <string>

namespace mailquotad::app {

/// A forecast, or why there is none.
struct ForecastResult {
    std::optional<Forecast> forecast;
    std::optional<ForecastReason> reason;
};

/// Makes forecasts from the history in a database; owned by the loop.
class Forecaster {
public:
    explicit Forecaster(store::Database& database) : database_(database) {}

    /// For judging the last measurement of `record`, which must have one. Sets record.forecast and its reason. What may
    /// come in is computed at the first measurement of a day (days end at 04:00) and when the limit changes; when that
    /// fills the mailbox, at every one. Once a week the mailbox's past forecasts are scored and stored. Where the
    /// database fails, that is logged and the last forecast stays.
    Outlook outlook_for(MailboxRecord& record, Time now);

private:
    void compute(MailboxRecord& record, const DailyUse& use, const std::optional<std::int64_t>& limit_bytes, Time now);
    void learn(const MailboxRecord& record, std::span<const DailyUse> days, std::chrono::sys_days today);
    const Calibration& calibration_on(const MailboxRecord& record, std::chrono::sys_days today);
    static void attempt(const MailboxRecord& record, const char* step, const std::function<void()>& work);

    store::Database& database_;
    std::optional<std::chrono::sys_days> calibrated_;
    Calibration calibration_ = shipped_calibration();
};

/// The same forecast for a command beside the daemon: from what is stored, as of the last stored sample.
ForecastResult stored_forecast(store::Database& database, const std::string& slug, Time now);

} // namespace mailquotad::app
