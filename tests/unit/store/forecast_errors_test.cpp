// What the database remembers for forecasts.
#include "catch.h"

#include "unit/store/temporary.h"

using namespace mailquotad;
using namespace mailquotad::store;

namespace {

const auto kToday = std::chrono::floor<Days>(kNoon);

struct Forecasts {
    TemporaryFolder folder;
    Database database = Database::open(folder.place());

    void add(const std::string& slug, std::chrono::sys_days day, double score) {
        const ForecastError errors[] = {{.horizon = 0, .score = score}, {.horizon = 3, .score = -score}};
        database.add_forecast_errors(slug, day, errors);
    }
};

} // namespace

TEST_CASE_METHOD(Forecasts, "forecast errors of all mailboxes come back, the newest first, with their weights") {
    add("kim", kToday - Days(7), 1.25);
    add("sasha", kToday, 0.5);
    const auto errors = database.forecast_errors(kToday - Days(7), 10);
    REQUIRE(errors.size() == 4);
    CHECK(errors[0].score == 0.5);
    CHECK(errors[0].horizon == 0);
    CHECK(errors[0].weight == forecast_error_weight(0));
    CHECK(errors[3].score == -1.25);
    CHECK(errors[3].weight == forecast_error_weight(3));
    CHECK(database.forecast_errors(kToday - Days(6), 10).size() == 2);
    CHECK(database.forecast_errors(kToday - Days(7), 3).size() == 3);
}

TEST_CASE_METHOD(Forecasts, "a forecast scored twice on a day counts once, and a forgotten mailbox not at all") {
    add("kim", kToday, 1);
    add("kim", kToday, 2);
    const auto errors = database.forecast_errors(kToday, 10);
    REQUIRE(errors.size() == 2);
    CHECK(errors[0].score == 2);
    database.forget("kim");
    CHECK(database.forecast_errors(kToday, 10).empty());
}

TEST_CASE_METHOD(Forecasts, "errors older than the history go with it") {
    add("kim", kToday - Days(401), 1);
    add("kim", kToday - Days(399), 2);
    database.prune(kNoon);
    CHECK(database.forecast_errors(kToday - Days(1000), 10).size() == 2);
}

TEST_CASE_METHOD(Forecasts, "the use by the hour is the last that is known in each") {
    const auto hour = std::chrono::floor<std::chrono::hours>(kNoon);
    const auto sample = [&](Seconds after, std::optional<std::int64_t> used) {
        database.add_sample(
            "kim", {.at = hour + after, .used_bytes = used, .limit_bytes = 9, .messages = {}, .roles_bytes = {}});
    };
    sample(Seconds(60), 1);
    sample(Seconds(1800), 2);
    sample(Seconds(3599), std::nullopt);
    sample(Seconds(3600), 3);
    database.add_sample("other", {.at = hour, .used_bytes = 7, .limit_bytes = {}, .messages = {}, .roles_bytes = {}});
    using Points = std::vector<std::pair<Time, std::int64_t>>;
    CHECK(database.hourly_use("kim", Time{}) == Points{{hour + Seconds(1800), 2}, {hour + Seconds(3600), 3}});
    CHECK(database.hourly_use("kim", hour + Seconds(3600)).size() == 1);
    CHECK(database.hourly_use("nobody", Time{}).empty());
}
