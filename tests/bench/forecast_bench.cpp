// How long the forecasts of many mailboxes take, and what is kept of each: the work of one night of the daemon.
#include "core/forecast_calibration.h"
#include "core/forecast_outlook.h"

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <span>
#include <string>
#include <string_view>
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

/// Of this process on its core, whatever else the machine does.
double cpu_seconds() {
    return static_cast<double>(std::clock()) / CLOCKS_PER_SEC;
}

} // namespace

namespace {

/// forecast_bench errors LIMIT: reads lines "DAY USED_BYTES" (days as whole numbers, ascending) and prints what past
/// forecasts were worth, week by week: "HORIZON SCORE".
int print_errors(std::int64_t limit_bytes) {
    std::vector<DailyUse> uses;
    long day = 0;
    long long used = 0;
    while (std::scanf("%ld %lld", &day, &used) == 2)
        uses.push_back({.day = std::chrono::sys_days(Days(day)), .used_bytes = used});
    std::chrono::sys_days next = std::chrono::sys_days::min();
    for (std::size_t count = 1; count <= uses.size(); ++count) {
        const auto past = std::span<const DailyUse>(uses).first(count);
        if (past.back().day < next)
            continue;
        next = past.back().day + Days(kLearnEveryDays);
        for (const ForecastError& error : past_errors("forecast", past, limit_bytes))
            std::printf("%d %.6f\n", kForecastHorizons[error.horizon], error.score);
    }
    return 0;
}

} // namespace

/// forecast_bench MAILBOXES DAYS: prints seconds of forecasting, seconds of learning, bytes kept per mailbox, checksum.
int main(int argc, char** argv) {
    if (argc == 3 && std::string_view(argv[1]) == "errors")
        return print_errors(std::atoll(argv[2]));
    const int count = argc > 1 ? std::atoi(argv[1]) : 10'000;
    const int days = argc > 2 ? std::atoi(argv[2]) : 180;
    constexpr std::int64_t kLimit = 500'000'000;
    std::vector<std::vector<DailyUse>> boxes;
    for (int i = 0; i < count; ++i)
        boxes.push_back(mailbox(static_cast<std::uint64_t>(i), days));
    double sum = 0;
    const double begin = cpu_seconds();
    for (int i = 0; i < count; ++i) {
        const auto& uses = boxes[static_cast<std::size_t>(i)];
        const auto growth = growth_outlook(std::to_string(i), uses, kLimit, shipped_calibration());
        if (const auto* outlook = std::get_if<GrowthOutlook>(&growth))
            sum += forecast_from(*outlook, uses.back().used_bytes, kLimit).growth_bytes_per_day;
    }
    const double forecasting = cpu_seconds() - begin;
    const double learning_begin = cpu_seconds();
    for (int i = 0; i < count; i += kLearnEveryDays) // a seventh of them each night
        sum += static_cast<double>(past_errors(std::to_string(i), boxes[static_cast<std::size_t>(i)], kLimit).size());
    const double learning = cpu_seconds() - learning_begin;
    const std::size_t kept = sizeof(GrowthOrReason) + boxes.front().size() * sizeof(DailyUse) + sizeof(Forecast);
    std::printf("%.6f %.6f %zu %.0f\n", forecasting, learning, kept, sum);
    return 0;
}
