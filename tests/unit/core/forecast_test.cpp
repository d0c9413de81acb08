// The scenarios whose right answer can be worked out by hand.
#include "catch.h"
#include "core/forecast_outlook.h"
#include "core/forecast_replay.h"

#include <functional>

namespace mailquotad {
namespace {

using std::chrono::sys_days;
using std::chrono::year;

constexpr std::int64_t kMB = 1'000'000;
const sys_days kFirst = year{2026} / 3 / 2; // a Monday

/// A mailbox that grows by `growth(day)` on each of `days`, from `begin` on.
std::vector<DailyUse> grown(int days, std::int64_t begin, const std::function<std::int64_t(int)>& growth) {
    std::vector<DailyUse> uses{{.day = kFirst - Days(1), .used_bytes = begin}};
    for (int day = 0; day < days; ++day)
        uses.push_back({.day = kFirst + Days(day), .used_bytes = uses.back().used_bytes + growth(day)});
    return uses;
}

std::int64_t one_a_day(int /*day*/) {
    return kMB;
}

GrowthOutlook outlook_of(const std::vector<DailyUse>& uses, std::int64_t limit_bytes) {
    return std::get<GrowthOutlook>(growth_outlook("kim", uses, limit_bytes, shipped_calibration()));
}

ForecastReason silence_of(const std::vector<DailyUse>& uses) {
    return std::get<ForecastReason>(growth_outlook("kim", uses, 100 * kMB, shipped_calibration()));
}

Forecast forecast_of(const std::vector<DailyUse>& uses, std::int64_t limit_bytes) {
    return forecast_from(outlook_of(uses, limit_bytes), uses.back().used_bytes, limit_bytes);
}

bool same(const DatedForecast& a, const DatedForecast& b) {
    return a.as_of == b.as_of && a.used_bytes == b.used_bytes && a.forecast == b.forecast && a.reason == b.reason;
}

} // namespace

TEST_CASE("constant growth fills what is free on the day that division gives", "[forecast]") {
    const Forecast forecast = forecast_of(grown(100, 0, one_a_day), 200 * kMB); // 100 MB free, 1 MB a day
    CHECK(forecast.growth_bytes_per_day == 1e6);
    CHECK(forecast.full_in_days.p50.value() >= 98);
    CHECK(forecast.full_in_days.p50.value() <= 102);
    CHECK(forecast.full_in_days.p10.value() >= 85);
    CHECK(forecast.full_in_days.p90.value() <= 115);
    CHECK(forecast.used_bytes[2].p50 >= 129 * kMB); // after 30 days: 130 MB
    CHECK(forecast.used_bytes[2].p50 <= 131 * kMB);
    CHECK_FALSE(forecast.short_history);
}

TEST_CASE("a box that gets mail on workdays only does not fill on a weekend", "[forecast]") {
    const auto workdays = [](int day) { return day % 7 < 5 ? kMB : 0; };
    const Forecast forecast = forecast_of(grown(12 * 7 + 5, 0, workdays), 67 * kMB); // Friday evening: 65 MB
    CHECK(forecast.full_in_days.p50 == 4);                                           // Tuesday
    CHECK(forecast.used_bytes[0].p50 == 70 * kMB);
}

TEST_CASE("one mail of 25 MB moves the late bound and not the middle", "[forecast]") {
    const auto growth = [](int day) { return day == 60 ? 25 * kMB : 100'000; };
    const Forecast forecast = forecast_of(grown(100, 0, growth), 200 * kMB);
    const std::int64_t used = 25 * kMB + 99 * 100'000;
    CHECK(forecast.used_bytes[2].p50 - used < 10 * kMB);
    CHECK(forecast.used_bytes[2].p50 - used > 2 * kMB); // 3 MB without such a mail
    CHECK(forecast.used_bytes[2].p90 - used > 25 * kMB);
}

TEST_CASE("a clean-up yesterday changes the level and not the growth", "[forecast]") {
    const auto growth = [](int day) { return day == 59 ? -50 * kMB : kMB; };
    const Forecast forecast = forecast_of(grown(60, 10 * kMB, growth), 100 * kMB); // 19 MB used
    CHECK(forecast.growth_bytes_per_day == 1e6);
    CHECK(forecast.full_in_days.p50.value() >= 79); // 81 MB free
    CHECK(forecast.full_in_days.p50.value() <= 83);
}

TEST_CASE("a flood of automatic answers that is over widens the band and leaves the middle", "[forecast]") {
    const auto growth = [](int day) { return day >= 77 && day < 84 ? 20 * kMB : kMB; };
    const Forecast forecast = forecast_of(grown(98, 0, growth), 2000 * kMB);
    const std::int64_t used = 98 * kMB + 7 * 19 * kMB;
    CHECK(forecast.used_bytes[1].p50 - used < 30 * kMB);
    CHECK(forecast.used_bytes[1].p50 - used >= 10 * kMB); // 14 MB
    CHECK(forecast.used_bytes[1].p90 - used > 100 * kMB);
}

TEST_CASE("a limit that is halved or doubled changes the day and not the growth", "[forecast]") {
    const auto uses = grown(100, 0, one_a_day);
    const Forecast before = forecast_of(uses, 400 * kMB);
    const Forecast halved = forecast_of(uses, 200 * kMB);
    const Forecast doubled = forecast_of(uses, 800 * kMB);
    CHECK(halved.growth_bytes_per_day == before.growth_bytes_per_day);
    CHECK(doubled.growth_bytes_per_day == before.growth_bytes_per_day);
    CHECK(halved.used_bytes == before.used_bytes);
    CHECK(doubled.used_bytes == before.used_bytes);
    CHECK(halved.full_in_days.p50.value() < before.full_in_days.p50.value());
    CHECK_FALSE(doubled.full_in_days.p50.has_value()); // 700 days: beyond the horizon
}

TEST_CASE("after an outage of three weeks it is silent for fourteen days and never counts the jump as growth",
          "[forecast]") {
    auto uses = grown(80, 0, one_a_day);
    const auto away = [](const DailyUse& use) { return use.day >= kFirst + Days(40) && use.day < kFirst + Days(61); };
    std::erase_if(uses, away);
    const auto until = [&uses](int day) {
        std::vector<DailyUse> past = uses;
        std::erase_if(past, [day](const DailyUse& use) { return use.day > kFirst + Days(day); });
        return past;
    };
    CHECK(silence_of(until(61)) == ForecastReason::gap);
    CHECK(silence_of(until(74)) == ForecastReason::gap);
    const Forecast forecast = forecast_of(until(75), 200 * kMB);
    CHECK(forecast.growth_bytes_per_day == 1e6);
    CHECK(forecast.short_history);
}

TEST_CASE("a server that is away for six days is bridged", "[forecast]") {
    auto uses = grown(60, 0, one_a_day);
    std::erase_if(uses, [](const DailyUse& use) { return use.day > kFirst + Days(50) && use.day < kFirst + Days(57); });
    CHECK(forecast_of(uses, 200 * kMB).growth_bytes_per_day == 1e6);
}

TEST_CASE("a new box is silent below fourteen days", "[forecast]") {
    CHECK(silence_of(grown(0, 0, one_a_day)) == ForecastReason::too_little_data);
    CHECK(silence_of(grown(13, 0, one_a_day)) == ForecastReason::too_little_data);
    CHECK(silence_of({}) == ForecastReason::no_usage);
    CHECK(forecast_of(grown(14, 0, one_a_day), 200 * kMB).short_history);
}

TEST_CASE("an empty box that stays empty is never said to fill", "[forecast]") {
    const Forecast forecast = forecast_of(grown(60, 0, [](int) { return 0; }), 200 * kMB);
    CHECK(forecast.growth_bytes_per_day == 0);
    CHECK_FALSE(forecast.full_in_days.p10.has_value());
    CHECK(forecast.used_bytes[3].p10 == 0);
}

TEST_CASE("a shrinking box is never said to fill, and never holds less than nothing", "[forecast]") {
    const Forecast forecast = forecast_of(grown(60, 80 * kMB, [](int) { return -kMB; }), 100 * kMB);
    CHECK(forecast.growth_bytes_per_day == -1e6);
    CHECK_FALSE(forecast.full_in_days.p10.has_value());
    CHECK(forecast.used_bytes[3].p50 == 0); // 20 MB are left, 60 days at 1 MB
}

TEST_CASE("a box above its limit is full now", "[forecast]") {
    const Forecast forecast = forecast_of(grown(100, 0, one_a_day), 95 * kMB);
    CHECK(forecast.full_in_days == FullInDays{.p10 = 0, .p25 = 0, .p50 = 0, .p90 = 0});
}

TEST_CASE("numbers of any size give a forecast without overflow", "[forecast]") {
    const auto growth = [](int day) { return day % 2 == 0 ? INT64_MAX / 2 : -INT64_MAX / 2; };
    CHECK_NOTHROW(forecast_of(grown(100, 0, growth), INT64_MAX));
}

TEST_CASE("the same past gives the same forecast, another mailbox another one", "[forecast]") {
    const auto growth = [](int day) { return (day * 7919 % 13) * 100'000; };
    const auto uses = grown(100, 0, growth);
    const auto limit = 200 * kMB;
    CHECK(forecast_of(uses, limit) == forecast_of(uses, limit));
    const auto other = growth_outlook("sasha", uses, limit, shipped_calibration());
    CHECK_FALSE(std::get<GrowthOutlook>(other).growth == outlook_of(uses, limit).growth);
    CHECK(forecast_seed("kim", kFirst) == 0x64c8747318932af6U); // on every machine
}

TEST_CASE("earlier quantiles are never later ones", "[forecast]") {
    const auto growth = [](int day) { return day % 5 == 0 ? 3 * kMB : day * 1000; };
    const FullInDays full = forecast_of(grown(120, 0, growth), 180 * kMB).full_in_days;
    CHECK(full.p10.value() <= full.p25.value());
    CHECK(full.p25.value() <= full.p50.value());
    CHECK(full.p50.value() <= full.p90.value());
}

TEST_CASE("a replayed forecast uses its day and earlier ones and nothing later", "[replay]") {
    const auto growth = [](int day) { return day == 70 ? -40 * kMB : (day * 31 % 11) * 200'000; };
    const auto uses = grown(130, 0, growth);
    const auto all = replay("forecast", uses, 200 * kMB, 10);
    CHECK(all.size() == 14);
    CHECK(all.front().reason == ForecastReason::too_little_data);
    for (const DatedForecast& dated : all) {
        std::vector<DailyUse> past = uses;
        std::erase_if(past, [&dated](const DailyUse& use) { return use.day > dated.as_of; });
        INFO(format_date(dated.as_of));
        CHECK(same(replay("forecast", past, 200 * kMB, 0).back(), dated));
    }
}

TEST_CASE("what was too narrow in the past is widened, the more the more often", "[calibration]") {
    std::vector<ForecastError> errors(200, {.horizon = 1, .score = 4, .weight = 1});
    const Calibration few = learned_calibration(std::span(errors).first(10));
    const Calibration many = learned_calibration(errors);
    const std::size_t late = 4;
    CHECK(few.scores[1][late] > shipped_calibration().scores[1][late]);
    CHECK(many.scores[1][late] > few.scores[1][late]);
    CHECK(many.scores[1][late] < 4);
    CHECK(many.scores[0] == shipped_calibration().scores[0]);
    CHECK(learned_calibration({}).scores == shipped_calibration().scores);
}

TEST_CASE("past errors are told once the days have passed", "[calibration]") {
    const auto uses = grown(50, 0, one_a_day);
    const auto errors = past_errors("kim", uses, 200 * kMB);
    REQUIRE(errors.size() == 3); // of 7, 14 and 30 days; 60 days ago there was nothing yet
    for (const ForecastError& error : errors)
        CHECK(error.score == 0);
}

} // namespace mailquotad
