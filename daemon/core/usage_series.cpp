#include "core/usage_series.h"

#include <algorithm>
#include <array>
#include <cstdlib>

namespace mailquotad {

namespace {

constexpr std::chrono::minutes kDayEnds{4 * 60};
constexpr std::int64_t kCleanUpBytes = 5'000'000;
constexpr std::int64_t kCleanUpShare = 100; // a hundredth of the limit
constexpr std::int64_t kCleanUpMedians = 3;
// Larger steps are cut, so that sums of a year of them stay within 63 bits.
constexpr std::int64_t kLargestStep = std::int64_t{1} << 53;

std::int64_t step_between(const DailyUse& from, const DailyUse& to) {
    return std::clamp(to.used_bytes - from.used_bytes, -kLargestStep, kLargestStep);
}

std::int64_t median_step(std::span<const DailyUse> uses) {
    std::vector<std::int64_t> steps;
    for (std::size_t i = 1; i < uses.size(); ++i) {
        if (uses[i].day - uses[i - 1].day == Days(1))
            steps.push_back(std::abs(step_between(uses[i - 1], uses[i])));
    }
    if (steps.empty())
        return 0;
    const auto middle = steps.begin() + static_cast<std::ptrdiff_t>(steps.size() / 2);
    std::nth_element(steps.begin(), middle, steps.end());
    return *middle;
}

std::int64_t clean_up_threshold(std::span<const DailyUse> uses, std::optional<std::int64_t> limit_bytes) {
    std::int64_t least = kCleanUpBytes;
    if (limit_bytes && *limit_bytes > 0)
        least = std::min(least, *limit_bytes / kCleanUpShare);
    return std::max(least, kCleanUpMedians * median_step(uses));
}

/// Adds the days after `from` up to `to`: one measured day, or a filled gap, or a clean-up somewhere in it.
void add_days(UsageSeries& series, const DailyUse& from, const DailyUse& to, std::int64_t threshold) {
    const std::int64_t step = step_between(from, to);
    const std::int64_t count = (to.day - from.day).count();
    const bool clean_up = step < -threshold;
    const DayKind kind = clean_up ? DayKind::cleaned_up : count == 1 ? DayKind::measured : DayKind::filled;
    std::int64_t given = 0;
    for (std::int64_t i = 1; i <= count; ++i) {
        const std::int64_t sum = step / count * i + step % count * i / count;
        series.days.push_back({.day = from.day + Days(i), .bytes = sum - given, .kind = kind});
        given = sum;
    }
}

struct Mean {
    std::int64_t sum = 0;
    std::int64_t count = 0;
    void add(std::int64_t bytes) {
        sum += bytes;
        ++count;
    }
};

} // namespace

std::chrono::sys_days usage_day(const LocalTime& at) {
    return at.minute_of_day < kDayEnds ? at.day - Days(1) : at.day;
}

std::vector<DailyUse> daily_uses(std::span<const UsageReading> readings) {
    std::vector<UsageReading> ordered(readings.begin(), readings.end());
    std::stable_sort(ordered.begin(), ordered.end(),
                     [](const UsageReading& a, const UsageReading& b) { return a.at < b.at; });
    std::vector<DailyUse> uses;
    for (const UsageReading& reading : ordered) {
        const DailyUse use{.day = usage_day(reading.at), .used_bytes = reading.used_bytes};
        if (!uses.empty() && uses.back().day == use.day)
            uses.back() = use;
        else
            uses.push_back(use);
    }
    return uses;
}

std::span<const DailyUse> recent(std::span<const DailyUse> uses) {
    while (!uses.empty() && uses.back().day - uses.front().day > kLongestHistory)
        uses = uses.subspan(1);
    return uses;
}

UsageSeries usage_series(std::span<const DailyUse> uses, std::optional<std::int64_t> limit_bytes) {
    UsageSeries series;
    series.last_day = uses.back().day;
    series.last_used_bytes = uses.back().used_bytes;
    const std::int64_t threshold = clean_up_threshold(uses, limit_bytes);
    for (std::size_t i = 1; i < uses.size(); ++i) {
        if (uses[i].day - uses[i - 1].day > kLongestFilledGap + Days(1)) {
            series.broken = true;
            series.unbroken_from = series.days.size();
        } else {
            add_days(series, uses[i - 1], uses[i], threshold);
        }
    }
    return series;
}

std::vector<std::int64_t> usual_growth(std::span<const DayGrowth> days) {
    std::array<Mean, 7> weekdays;
    Mean all;
    const auto weekday = [](const DayGrowth& day) { return std::chrono::weekday(day.day).c_encoding(); };
    for (const DayGrowth& day : days) {
        if (day.kind == DayKind::cleaned_up)
            continue;
        weekdays[weekday(day)].add(day.bytes);
        all.add(day.bytes);
    }
    std::vector<std::int64_t> growth;
    growth.reserve(days.size());
    for (const DayGrowth& day : days) {
        const Mean& mean = weekdays[weekday(day)].count > 0 ? weekdays[weekday(day)] : all;
        const std::int64_t usual = mean.count > 0 ? mean.sum / mean.count : 0;
        growth.push_back(day.kind == DayKind::cleaned_up ? usual : day.bytes);
    }
    return growth;
}

} // namespace mailquotad
