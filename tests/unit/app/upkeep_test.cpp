#include "app/upkeep.h"

#include "catch.h"
#include "fakes/fake_clock.h"

#include <spdlog/spdlog.h>

#include <cstdlib>
#include <filesystem>

namespace mailquotad::app {
namespace {

using std::chrono::hours;

/// A daemon's upkeep with a database in a folder of its own, one mailbox and one mail that is tried again in 4 h.
struct House {
    House() {
        spdlog::set_level(spdlog::level::off);
        std::string pattern = (std::filesystem::temp_directory_path() / "mailquotad-upkeep-XXXXXX").string();
        REQUIRE(::mkdtemp(pattern.data()) != nullptr);
        folder = pattern;
        database.emplace(store::Database::open({.folder = folder}));
        settings::Settings settings;
        settings.mailboxes.emplace_back().slug = "kim";
        visits.set(settings, clock.steady() + hours(6));
        store::OutboxRow row;
        row.mailbox = "kim";
        row.message_id = "kim.1.1@verein.example";
        row.to = {"kim@privat.example"};
        row.created_at = clock.now();
        row.not_before = clock.now() + hours(4);
        database->enqueue(row);
    }
    ~House() {
        database.reset();
        std::filesystem::remove_all(folder);
    }
    House(const House&) = delete;
    House& operator=(const House&) = delete;

    void add_old_samples() {
        for (int day = 1; day <= 3; ++day)
            database->add_sample(
                "kim",
                {.at = clock.now() - Days(day), .used_bytes = 1, .limit_bytes = {}, .messages = {}, .roles_bytes = {}});
    }
    [[nodiscard]] std::size_t samples() { return database->samples("kim", Time{}).size(); }
    void turn() { upkeep.turn(visits, *database); }

    fakes::FakeClock clock;
    Visits visits{0};
    Upkeep upkeep{clock};
    std::filesystem::path folder;
    std::optional<store::Database> database;
};

TEST_CASE("when the machine wakes all mailboxes are due and no mail waits any longer") {
    House house;
    house.turn();
    CHECK(house.visits.due(house.clock.steady()).empty());
    CHECK(house.database->due_mail(house.clock.now(), 9).empty());
    house.clock.step(hours(1));
    house.turn();
    CHECK(house.visits.due(house.clock.steady()).size() == 1);
    CHECK(house.database->due_mail(house.clock.now(), 9).size() == 1);
}

TEST_CASE("a clock that is set back keeps no mail waiting for the wrong time") {
    House house;
    house.clock.step(-hours(24 * 365));
    house.turn();
    CHECK(house.database->due_mail(house.clock.now(), 9).size() == 1);
}

TEST_CASE("a clock that is years ahead for less than a day thins nothing out") {
    House house;
    house.turn();
    house.add_old_samples();
    house.clock.step(hours(24 * 365 * 3));
    house.turn();
    house.clock.advance(hours(23));
    house.turn();
    CHECK(house.samples() == 3);
    house.clock.advance(hours(1));
    house.turn();
    CHECK(house.samples() < 3);
}

} // namespace
} // namespace mailquotad::app
