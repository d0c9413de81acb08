// How long the forecasts of many mailboxes take, and what is kept of each: the work of one night of the daemon.
#include "core/forecast_calibration.h"
#include "core/forecast_outlook.h"

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

using namespace mailquotad;

namespace {

/// A mailbox of `days` days: workdays with mail, weekends with less, now and then something large, a clean-up.
std::vector<DailyUse> mailbox(std::uint64_t number, int days) {
    std::uint64_t state = forecast_seed("bench", std::chrono::sys_days(Days(static_cast<int>(number))));
    std::vector<DailyUse> uses;
    std::int64_t used = 0;
    for (int day = 0; day < days; ++day) {
        state = state * 6364136223846793005U + 1442695040888963407U;
        const auto dice = static_cast<std::int64_t>(state >> 40);
        used += day % 7 < 5 ? dice / 16 : dice / 64;
        if (dice % 29 == 0)
            used += dice;
        if (dice % 97 == 0)
            used /= 2;
        uses.push_back({.day = std::chrono::sys_days(Days(20'000 + day)), .used_bytes = used});
    }
    return uses;
}

double seconds_since(std::chrono::steady_clock::time_point begin) {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

} // namespace

/// forecast_bench MAILBOXES DAYS: prints seconds of forecasting, seconds of learning, bytes kept per mailbox, checksum.
int main(int argc, char** argv) {
    const int count = argc > 1 ? std::atoi(argv[1]) : 10'000;
    const int days = argc > 2 ? std::atoi(argv[2]) : 180;
    constexpr std::int64_t kLimit = 500'000'000;
    std::vector<std::vector<DailyUse>> boxes;
    for (int i = 0; i < count; ++i)
        boxes.push_back(mailbox(static_cast<std::uint64_t>(i), days));
    double sum = 0;
    const auto begin = std::chrono::steady_clock::now();
    for (int i = 0; i < count; ++i) {
        const auto& uses = boxes[static_cast<std::size_t>(i)];
        const auto growth = growth_outlook(std::to_string(i), uses, kLimit, shipped_calibration());
        if (const auto* outlook = std::get_if<GrowthOutlook>(&growth))
            sum += forecast_from(*outlook, uses.back().used_bytes, kLimit).growth_bytes_per_day;
    }
    const double forecasting = seconds_since(begin);
    const auto learning_begin = std::chrono::steady_clock::now();
    for (int i = 0; i < count; i += kLearnEveryDays) // a seventh of them each night
        sum += static_cast<double>(past_errors(std::to_string(i), boxes[static_cast<std::size_t>(i)], kLimit).size());
    const double learning = seconds_since(learning_begin);
    const std::size_t kept = sizeof(GrowthOrReason) + boxes.front().size() * sizeof(DailyUse) + sizeof(Forecast);
    std::printf("%.6f %.6f %zu %.0f\n", forecasting, learning, kept, sum);
    return 0;
}
