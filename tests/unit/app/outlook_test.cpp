#include "app/outlook.h"

#include "catch.h"
#include "os/clock.h"

#include <cstdlib>
#include <filesystem>

namespace mailquotad::app {
namespace {

constexpr std::int64_t kMB = 1'000'000;
const Time kStart{std::chrono::sys_days{std::chrono::year{2026} / 3 / 2} + std::chrono::hours(12)};

/// One mailbox with a database, measured at noon day by day.
struct Watched {
    Watched() {
        std::string name = (std::filesystem::temp_directory_path() / "mailquotad-outlook-XXXXXX").string();
        folder = ::mkdtemp(name.data());
        database.emplace(store::Database::open({.folder = folder}));
        settings::Mailbox kim;
        kim.slug = "kim";
        record.settings = std::make_shared<const settings::Mailbox>(kim);
    }
    ~Watched() {
        database.reset();
        std::filesystem::remove_all(folder);
    }
    Outlook measure(int day, std::int64_t used, std::optional<std::int64_t> limit) {
        const Time now = kStart + Days(day);
        Snapshot snapshot{.measured_at = now, .limit_source = LimitSource::server, .quota = {}, .folders = {}};
        snapshot.quota = {{.root = "", .name = "STORAGE", .used = used, .limit = limit, .unit = Unit::bytes}};
        record.snapshot = snapshot;
        Outlook outlook = forecaster->outlook_for(record, now);
        database->add_sample("kim",
                             {.at = now, .used_bytes = used, .limit_bytes = limit, .messages = {}, .roles_bytes = {}});
        return outlook;
    }
    void grow(int days) {
        for (int day = 0; day < days; ++day)
            measure(day, day * kMB, 100 * kMB);
    }
    void restart() {
        record.growth = {};
        forecaster.emplace(*database);
    }

    std::filesystem::path folder;
    std::optional<store::Database> database;
    MailboxRecord record;
    std::optional<Forecaster> forecaster;
};

struct Running : Watched {
    Running() { restart(); }
};

} // namespace

TEST_CASE_METHOD(Running, "the daemon's forecast follows the level and says why it is silent", "[outlook]") {
    CHECK_FALSE(measure(0, 0, 100 * kMB).forecast);
    CHECK(record.forecast_reason == ForecastReason::too_little_data);
    grow(40);
    const Outlook outlook = measure(40, 40 * kMB, 100 * kMB);
    REQUIRE(outlook.forecast);
    CHECK_FALSE(record.forecast_reason);
    CHECK(outlook.forecast->full_in_days.p50.value() >= 58);
    CHECK(outlook.forecast->full_in_days.p50.value() <= 62);
    CHECK(measure(40, 90 * kMB, 100 * kMB).forecast->full_in_days.p50.value() <= 11);
}

TEST_CASE_METHOD(Running, "a changed limit is taken at once, and no limit is a reason for silence", "[outlook]") {
    grow(40);
    const auto days = [](const Outlook& outlook) { return outlook.forecast->full_in_days.p50.value(); };
    CHECK(days(measure(40, 40 * kMB, 60 * kMB)) <= 21);
    CHECK(days(measure(40, 40 * kMB, 120 * kMB)) >= 78);
    CHECK_FALSE(measure(40, 40 * kMB, std::nullopt).forecast);
    CHECK(record.forecast_reason == ForecastReason::no_limit);
}

TEST_CASE_METHOD(Running, "after a restart and in a command it is the same forecast", "[outlook]") {
    grow(60);
    const auto before = measure(60, 60 * kMB, 100 * kMB).forecast;
    restart();
    CHECK(measure(60, 60 * kMB, 100 * kMB).forecast == before);
    CHECK(stored_forecast(*database, "kim", kStart + Days(60)).forecast == before);
}

TEST_CASE_METHOD(Running, "past forecasts are scored once a week", "[outlook]") {
    grow(60);
    const auto errors = database->forecast_errors(std::chrono::sys_days{}, 1000);
    CHECK(errors.size() >= 11); // of 7, 14 and 30 days, as soon as there were 14 days before them
    CHECK(errors.size() <= 14);
}

} // namespace mailquotad::app
