#include "core/forecast_paths.h"

#include "core/short_hash.h"

#include <algorithm>
#include <vector>

namespace mailquotad {

namespace {

constexpr std::size_t kPaths = 400;
constexpr int kWeek = 7;
constexpr std::size_t kShortHistoryDays = 28;
constexpr std::size_t kShortestWindow = 3; // weeks

/// Own generator (splitmix64), since those of the standard library may differ between machines.
class Dice {
public:
    explicit Dice(std::uint64_t seed) : state_(seed) {}
    /// 0 to `sides` - 1.
    std::size_t roll(std::size_t sides) { return static_cast<std::size_t>((next() >> 32) * sides >> 32); }

private:
    std::uint64_t next() {
        state_ += 0x9e3779b97f4a7c15U;
        std::uint64_t mixed = state_;
        mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9U;
        mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111ebU;
        return mixed ^ (mixed >> 31);
    }
    std::uint64_t state_;
};

/// One week of the past: what had come in by the end of each of its days.
using Week = std::array<std::int64_t, kWeek>;

/// Whole weeks counted back from the last day, newest first. A week with a break in it is left out.
std::vector<Week> weeks_of(std::span<const DayGrowth> days) {
    const std::vector<std::int64_t> growth = usual_growth(days);
    std::vector<Week> weeks;
    for (std::size_t end = days.size(); end >= kWeek; --end) {
        const std::span<const DayGrowth> seven = days.subspan(end - kWeek, kWeek);
        const bool aligned = (days.back().day - seven.back().day).count() % kWeek == 0;
        if (!aligned || seven.back().day - seven.front().day != Days(kWeek - 1))
            continue;
        Week week{};
        std::int64_t sum = 0;
        for (std::size_t i = 0; i < kWeek; ++i)
            week[i] = sum += growth[end - kWeek + i];
        weeks.push_back(week);
    }
    return weeks;
}

using PathSums = std::array<std::vector<std::int64_t>, kGrowthDays.size()>;

/// Adds one path: weeks drawn from `window`, newest first, until the horizon.
void add_path(PathSums& sums, std::span<const Week> window, Dice& dice, int horizon_days) {
    std::int64_t before = 0;
    std::size_t grid = 0;
    for (int first = 1; first <= horizon_days; first += kWeek) {
        const Week& week = window[dice.roll(window.size())];
        for (; grid < kGrowthDays.size() && kGrowthDays[grid] < first + kWeek; ++grid)
            sums[grid].push_back(before + week[static_cast<std::size_t>(kGrowthDays[grid] - first)]);
        before += week.back();
    }
    for (; grid < kGrowthDays.size(); ++grid)
        sums[grid].push_back(before);
}

/// A stretch of the past for one path: of random length, half of them ending now.
std::span<const Week> random_window(std::span<const Week> weeks, Dice& dice) {
    const std::size_t shortest = std::min(kShortestWindow, weeks.size());
    const std::size_t length = shortest + dice.roll(weeks.size() - shortest + 1);
    const std::size_t latest = dice.roll(2) == 0 ? 0 : dice.roll(weeks.size() - length + 1);
    return weeks.subspan(latest, length);
}

GrowthQuantiles quantiles_of(std::vector<std::int64_t>& sums) {
    std::sort(sums.begin(), sums.end());
    const auto at = [&sums](std::size_t percent) { return sums[(sums.size() - 1) * percent / 100]; };
    return {at(10), at(25), at(50), at(75), at(90)};
}

} // namespace

GrowthQuantiles growth_after(const GrowthOutlook& outlook, int days) {
    const auto next = std::lower_bound(kGrowthDays.begin(), kGrowthDays.end(), days);
    if (next == kGrowthDays.end())
        return outlook.growth.back();
    const auto index = static_cast<std::size_t>(next - kGrowthDays.begin());
    const GrowthQuantiles after = outlook.growth[index];
    if (*next == days)
        return after;
    const int first = index == 0 ? 0 : kGrowthDays[index - 1];
    const GrowthQuantiles before = index == 0 ? GrowthQuantiles{} : outlook.growth[index - 1];
    GrowthQuantiles between{};
    for (std::size_t i = 0; i < between.size(); ++i)
        between[i] = before[i] + (after[i] - before[i]) / (*next - first) * (days - first);
    return between;
}

std::uint64_t forecast_seed(std::string_view mailbox, std::chrono::sys_days day) {
    return fnv1a(mailbox) ^ (static_cast<std::uint64_t>(day.time_since_epoch().count()) * 0x9e3779b97f4a7c15U);
}

GrowthOutlook bootstrap(const UsageSeries& series, std::uint64_t seed, int horizon_days) {
    const std::vector<Week> weeks = weeks_of(series.days);
    Dice dice(seed);
    PathSums sums;
    for (auto& grid : sums)
        grid.reserve(kPaths);
    for (std::size_t path = 0; path < kPaths; ++path)
        add_path(sums, random_window(weeks, dice), dice, horizon_days);
    GrowthOutlook outlook{.as_of = series.last_day, .short_history = series.unbroken_days() < kShortHistoryDays};
    const auto month =
        static_cast<std::size_t>(std::find(kGrowthDays.begin(), kGrowthDays.end(), 30) - kGrowthDays.begin());
    double total = 0;
    for (const std::int64_t sum : sums[month])
        total += static_cast<double>(sum);
    outlook.bytes_per_day = total / static_cast<double>(kPaths) / kGrowthDays[month];
    for (std::size_t grid = 0; grid < sums.size(); ++grid)
        outlook.growth[grid] = quantiles_of(sums[grid]);
    return outlook;
}

} // namespace mailquotad
