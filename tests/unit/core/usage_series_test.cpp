#include "catch.h"
#include "core/usage_series.h"

namespace mailquotad {
namespace {

using std::chrono::sys_days;
using std::chrono::year;

constexpr std::int64_t kMB = 1'000'000;
const sys_days kFirst = year{2026} / 3 / 2; // a Monday

DailyUse use(int day, std::int64_t used_bytes) {
    return {.day = kFirst + Days(day), .used_bytes = used_bytes};
}

UsageReading reading(int day, int hour, std::int64_t used_bytes) {
    return {.at = {.day = kFirst + Days(day), .minute_of_day = std::chrono::minutes(hour * 60)},
            .used_bytes = used_bytes};
}

std::vector<std::int64_t> bytes_of(const UsageSeries& series) {
    std::vector<std::int64_t> bytes;
    for (const DayGrowth& day : series.days)
        bytes.push_back(day.bytes);
    return bytes;
}

} // namespace

TEST_CASE("a day is measured by its last reading before four in the morning", "[series]") {
    const UsageReading readings[] = {reading(0, 9, 10), reading(0, 23, 20), reading(1, 3, 30), reading(1, 4, 40)};
    CHECK(daily_uses(readings) == std::vector{use(0, 30), use(1, 40)});
}

TEST_CASE("readings may come in any order, and of the same moment the later one counts", "[series]") {
    const UsageReading readings[] = {reading(1, 9, 50), reading(0, 9, 10), reading(1, 9, 60)};
    CHECK(daily_uses(readings) == std::vector{use(0, 10), use(1, 60)});
}

TEST_CASE("the growth of a day is the difference to the day before", "[series]") {
    const DailyUse uses[] = {use(0, 10 * kMB), use(1, 13 * kMB), use(2, 12 * kMB)};
    const UsageSeries series = usage_series(uses, 100 * kMB);
    CHECK(series.days == std::vector<DayGrowth>{{uses[1].day, 3 * kMB, DayKind::measured},
                                                {uses[2].day, -1 * kMB, DayKind::measured}});
    CHECK(series.last_used_bytes == 12 * kMB);
    CHECK(series.unbroken_days() == 2);
}

TEST_CASE("a gap of up to seven days is filled evenly, to the byte, and marked", "[series]") {
    const DailyUse uses[] = {use(0, 0), use(1, 10), use(9, 20)};
    const UsageSeries series = usage_series(uses, std::nullopt);
    CHECK(bytes_of(series) == std::vector<std::int64_t>{10, 1, 1, 1, 2, 1, 1, 1, 2});
    CHECK(series.days[1].kind == DayKind::filled);
    CHECK(series.days.back().kind == DayKind::filled);
    CHECK_FALSE(series.broken);
}

TEST_CASE("a gap of eight days breaks the series, and nobody knows what came in meanwhile", "[series]") {
    const DailyUse uses[] = {use(0, 0), use(1, 10), use(10, 900), use(11, 905)};
    const UsageSeries series = usage_series(uses, std::nullopt);
    CHECK(bytes_of(series) == std::vector<std::int64_t>{10, 5});
    CHECK(series.broken);
    CHECK(series.unbroken_days() == 1);
}

TEST_CASE("a decrease beyond 5 MB, a hundredth of the limit or three usual days is a clean-up", "[series]") {
    const auto kind_after = [](std::int64_t usual, std::int64_t lost, std::optional<std::int64_t> limit) {
        std::vector<DailyUse> uses;
        for (int day = 0; day < 8; ++day)
            uses.push_back(use(day, 100 * kMB + day * usual));
        uses.push_back(use(8, uses.back().used_bytes - lost));
        return usage_series(uses, limit).days.back().kind;
    };
    CHECK(kind_after(100'000, 5 * kMB, std::nullopt) == DayKind::measured);
    CHECK(kind_after(100'000, 5 * kMB + 1, std::nullopt) == DayKind::cleaned_up);
    CHECK(kind_after(100'000, 2 * kMB, 200 * kMB) == DayKind::measured);
    CHECK(kind_after(100'000, 2 * kMB + 1, 200 * kMB) == DayKind::cleaned_up);
    CHECK(kind_after(3 * kMB, 9 * kMB, 200 * kMB) == DayKind::measured);
    CHECK(kind_after(3 * kMB, 9 * kMB + 1, 200 * kMB) == DayKind::cleaned_up);
}

TEST_CASE("a clean-up somewhere in a gap makes all days of the gap unknown", "[series]") {
    const DailyUse uses[] = {use(0, 80 * kMB), use(1, 81 * kMB), use(4, 20 * kMB)};
    const UsageSeries series = usage_series(uses, 100 * kMB);
    for (std::size_t day = 1; day < 4; ++day)
        CHECK(series.days[day].kind == DayKind::cleaned_up);
}

TEST_CASE("a cleaned-up day counts as the mean of the same weekdays", "[series]") {
    std::vector<DayGrowth> days;
    for (int day = 0; day < 21; ++day)
        days.push_back({kFirst + Days(day), day % 7 == 0 ? 100 * (1 + day / 7) : 1, DayKind::measured});
    days[14] = {days[14].day, -5000, DayKind::cleaned_up};
    CHECK(usual_growth(days)[14] == 150);
    CHECK(usual_growth(days)[7] == 200);
}

TEST_CASE("numbers of any size make no sum overflow", "[series]") {
    const DailyUse uses[] = {use(0, 0), use(1, INT64_MAX), use(2, 0)};
    const UsageSeries series = usage_series(uses, INT64_MAX);
    CHECK(series.days[0].bytes == std::int64_t{1} << 53);
    CHECK(series.days[1].bytes == -(std::int64_t{1} << 53));
}

} // namespace mailquotad
