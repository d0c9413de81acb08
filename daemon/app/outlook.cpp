#include "app/outlook.h"

#include "app/daemon_log.h"
#include "app/mailbox_notes.h"
#include "app/refusals.h"
#include "os/clock.h"

#include <algorithm>

namespace mailquotad::app {

namespace {

// The longest history, before the oldest forecast that is still scored.
constexpr Days kRemembered = kLongestHistory + Days(kForecastHorizons.back() + 1);
// Enough for all quantiles; more would only be read for nothing.
constexpr int kMostErrors = 4000;

void add_use(std::vector<DailyUse>& uses, const DailyUse& use) {
    while (!uses.empty() && uses.back().day > use.day)
        uses.pop_back(); // the clock was set back
    if (!uses.empty() && uses.back().day == use.day)
        uses.back() = use;
    else
        uses.push_back(use);
}

std::vector<DailyUse> stored_uses(store::Database& database, const std::string& slug, Time now) {
    std::vector<UsageReading> readings;
    for (const auto& [at, used_bytes] : database.hourly_use(slug, now - kRemembered)) {
        if (at <= now)
            readings.push_back({.at = os::local_time(at), .used_bytes = used_bytes});
    }
    return daily_uses(readings);
}

/// The days that are over; where yesterday is missing, today as far as it went.
std::span<const DailyUse> complete_days(const std::vector<DailyUse>& uses, std::chrono::sys_days today) {
    std::span<const DailyUse> days = uses;
    if (days.size() >= 2 && days.back().day == today && days[days.size() - 2].day == today - Days(1))
        days = days.first(days.size() - 1);
    return days;
}

KeptGrowth kept(const GrowthOrReason& growth) {
    if (const auto* outlook = std::get_if<GrowthOutlook>(&growth))
        return std::make_shared<const GrowthOutlook>(*outlook);
    return std::get<ForecastReason>(growth);
}

ForecastResult result_of(const KeptGrowth& growth, std::int64_t used_bytes,
                         const std::optional<std::int64_t>& limit_bytes) {
    if (!limit_bytes || *limit_bytes <= 0)
        return {.forecast = {}, .reason = ForecastReason::no_limit};
    if (const auto* reason = std::get_if<ForecastReason>(&growth))
        return {.forecast = {}, .reason = *reason};
    return {.forecast = forecast_from(*std::get<0>(growth), used_bytes, *limit_bytes), .reason = {}};
}

Calibration stored_calibration(store::Database& database, std::chrono::sys_days today) {
    return learned_calibration(database.forecast_errors(today - kErrorsKept, kMostErrors));
}

} // namespace

Outlook Forecaster::outlook_for(MailboxRecord& record, Time now) {
    const store::Sample sample = sample_of(*record.snapshot);
    ForecastResult result{.forecast = {}, .reason = ForecastReason::no_usage};
    if (sample.used_bytes) {
        const auto today = usage_day(os::local_time(now));
        const GrowthMemory& memory = record.growth;
        if (memory.computed != today || memory.limit_bytes != sample.limit_bytes)
            compute(record, {.day = today, .used_bytes = *sample.used_bytes}, sample.limit_bytes, now);
        result = result_of(memory.outlook, *sample.used_bytes, sample.limit_bytes);
    }
    record.forecast = result.forecast;
    record.forecast_reason = result.reason;
    Outlook outlook;
    outlook.forecast = std::move(result.forecast);
    if (record.survey)
        outlook.largest_usual_mail_bytes = largest_usual_mail(*record.survey, now);
    attempt(record, "reading whether mail was refused for lack of space", [&] {
        const auto seen = refused_for_space_at(database_, record.settings->slug);
        outlook.refused = seen && *seen >= record.alert.last_decided_at; // counts for one decision
    });
    return outlook;
}

void Forecaster::compute(MailboxRecord& record, const DailyUse& use, const std::optional<std::int64_t>& limit_bytes,
                         Time now) {
    const std::string& slug = record.settings->slug;
    attempt(record, "reading the history for a forecast", [&] {
        std::vector<DailyUse> uses = stored_uses(database_, slug, now);
        add_use(uses, use);
        const auto days = complete_days(uses, use.day);
        record.growth.limit_bytes = limit_bytes;
        learn(record, days, use.day);
        record.growth.outlook = kept(growth_outlook(slug, days, limit_bytes, calibration_on(record, use.day)));
        record.growth.computed = use.day;
    });
}

void Forecaster::learn(const MailboxRecord& record, std::span<const DailyUse> days, std::chrono::sys_days today) {
    const std::string& slug = record.settings->slug;
    const auto weekday = static_cast<unsigned>(forecast_seed(slug, {}) % kLearnEveryDays);
    if (std::chrono::weekday(today).c_encoding() != weekday)
        return;
    attempt(record, "storing what a forecast was worth",
            [&] { database_.add_forecast_errors(slug, today, past_errors(slug, days, record.growth.limit_bytes)); });
}

/// A forecast is no reason to lose a measurement: where the database is out of order, there is a worse one or none.
void Forecaster::attempt(const MailboxRecord& record, const char* step, const std::function<void()>& work) {
    try {
        work();
    } catch (const store::StoreError& error) {
        log_lost_step(record, step, error);
    }
}

const Calibration& Forecaster::calibration_on(const MailboxRecord& record, std::chrono::sys_days today) {
    if (calibrated_ != today) {
        attempt(record, "reading what forecasts were worth",
                [&] { calibration_ = stored_calibration(database_, today); });
        calibrated_ = today;
    }
    return calibration_;
}

ForecastResult stored_forecast(store::Database& database, const std::string& slug, Time now) {
    const std::vector<DailyUse> uses = stored_uses(database, slug, now);
    const auto samples = database.samples(slug, now - kLongestFilledGap);
    const auto last = std::find_if(samples.rbegin(), samples.rend(),
                                   [](const store::Sample& sample) { return sample.used_bytes.has_value(); });
    if (last == samples.rend())
        return {.forecast = {}, .reason = ForecastReason::no_usage};
    const auto today = usage_day(os::local_time(last->at));
    const KeptGrowth growth =
        kept(growth_outlook(slug, complete_days(uses, today), last->limit_bytes, stored_calibration(database, today)));
    return result_of(growth, *last->used_bytes, last->limit_bytes);
}

} // namespace mailquotad::app
