#include "app/settings_source.h"

#include "catch.h"

#include <spdlog/spdlog.h>

#include <chrono>
#include <fstream>

namespace mailquotad::app {
namespace {

namespace fs = std::filesystem;

/// A settings file with a list, in a folder that is gone afterwards.
struct Files {
    Files() {
        std::string pattern = (fs::temp_directory_path() / "mailquotad-source-XXXXXX").string();
        REQUIRE(::mkdtemp(pattern.data()) != nullptr);
        folder = pattern;
        list = folder / "mailboxes.csv";
        file = folder / "mailquotad.toml";
        write(list, "address\nkim@verein.example\n");
        write(file, "[server.a]\nimap = \"imaps://h\"\npassword = { env = \"P\" }\n[[mailbox_list]]\nfile = \"" +
                        list.string() + "\"\nserver = \"a\"\n");
        spdlog::set_level(spdlog::level::off);
    }
    ~Files() { fs::remove_all(folder); }

    void write(const fs::path& path, const std::string& text) const { std::ofstream(path, std::ios::trunc) << text; }
    /// A list written an hour ago or later: the clock of the test decides what is new.
    void rewrite(const std::string& text, Seconds ago) const {
        write(list, text);
        fs::last_write_time(list, fs::file_time_type::clock::now() - ago);
    }
    [[nodiscard]] SettingsSource source() const {
        return {file, settings::load(file, settings::data_directories()), "key"};
    }

    fs::path folder;
    fs::path list;
    fs::path file;
};

Time now() {
    return std::chrono::floor<Seconds>(std::chrono::system_clock::now());
}

TEST_CASE("a list that is as it was read has not changed") {
    const Files files;
    CHECK_FALSE(files.source().lists_changed(now() + Seconds(100)));
}

TEST_CASE("a list that is as it was read is no news, and no error either") {
    const Files files;
    SettingsSource source = files.source();
    CHECK_FALSE(source.new_lists(now() + Seconds(100)).has_value());
    files.rewrite("address\nuli@verein.example\n", Seconds(60));
    const auto news = source.new_lists(now() + Days(1));
    REQUIRE(news.has_value());
    CHECK(news->has_value());
    files.rewrite("no list at all\n", Seconds(30));
    const auto broken = source.new_lists(now() + Days(2));
    REQUIRE(broken.has_value());
    CHECK_FALSE(broken->has_value());
}

TEST_CASE("a changed list is taken over, its slugs derived by the store's key") {
    const Files files;
    SettingsSource source = files.source();
    files.rewrite("address\nkim@verein.example\nuli@verein.example\n", Seconds(60));
    REQUIRE(source.lists_changed(now()));
    const auto settings = source.reload_lists();
    REQUIRE(settings);
    CHECK(settings->mailboxes.size() == 2);
    CHECK(settings->mailboxes[0].slug.starts_with("mb-"));
    CHECK_FALSE(source.lists_changed(now()));
}

TEST_CASE("a list that was written a moment ago waits: its writer may not be done") {
    const Files files;
    const SettingsSource source = files.source();
    files.rewrite("address\nuli@verein.example\n", Seconds(0));
    CHECK_FALSE(source.lists_changed(now()));
    CHECK(source.lists_changed(now() + Seconds(4)));
}

TEST_CASE("a broken or missing list is told once, and the next good one is taken") {
    const Files files;
    SettingsSource source = files.source();
    files.rewrite("address\nnobody\n", Seconds(60));
    REQUIRE(source.lists_changed(now()));
    CHECK_FALSE(source.reload_lists());
    CHECK_FALSE(source.lists_changed(now()));
    fs::remove(files.list);
    REQUIRE(source.lists_changed(now()));
    CHECK_FALSE(source.reload_lists());
    CHECK_FALSE(source.lists_changed(now()));
    files.rewrite("address\nuli@verein.example\n", Seconds(30));
    REQUIRE(source.lists_changed(now()));
    CHECK(source.reload_lists());
}

TEST_CASE("a changed list does not take over what somebody is editing in the settings file") {
    const Files files;
    SettingsSource source = files.source();
    files.write(files.file, "half of a se");
    files.rewrite("address\nuli@verein.example\n", Seconds(60));
    const auto settings = source.reload_lists();
    REQUIRE(settings);
    CHECK(settings->mailboxes.front().address == "uli@verein.example");
    CHECK_FALSE(source.reload());
    CHECK(source.reload_lists());
}

TEST_CASE("a settings file with an error does not hide that a list changed") {
    const Files files;
    SettingsSource source = files.source();
    files.write(files.file, "half of a se");
    files.rewrite("address\nuli@verein.example\n", Seconds(60));
    CHECK_FALSE(source.reload());
    CHECK(source.lists_changed(now()));
}

/// Settings whose mailboxes come from a query.
struct Queried : Files {
    Queried() {
        write(file, "database = { url = \"postgresql://m@db/m\" }\n[server.a]\nimap = \"imaps://h\"\n"
                    "password = { env = \"P\" }\n[[mailbox_list]]\nquery = \"SELECT a\"\nserver = \"a\"\n");
    }
    [[nodiscard]] SettingsSource source() const {
        const settings::DatabaseReader reader{.fault_of_url = {},
                                              .rows_of = [this](const settings::Database&, const std::string&) {
                                                  ++asked;
                                                  return rows;
                                              }};
        return {file, settings::load(file, settings::data_directories(), reader), "key", reader};
    }
    void give(std::vector<std::vector<std::string>> addresses) {
        rows = QueryResult{.columns = {"address"}, .rows = std::move(addresses)};
    }

    settings::QueryRows rows = QueryResult{.columns = {"address"}, .rows = {{"kim@verein.example"}}};
    mutable int asked = 0;
};

TEST_CASE("a query is run once in every interval, and its rows are news only where they changed") {
    Queried database;
    SettingsSource source = database.source();
    database.asked = 0;
    CHECK_FALSE(source.new_lists(now()).has_value());
    CHECK_FALSE(source.new_lists(now() + Seconds(60)).has_value());
    CHECK(database.asked == 1);
    database.give({{"kim@verein.example"}, {"uli@verein.example"}});
    const auto more = source.new_lists(now() + Days(1));
    REQUIRE((more && *more));
    CHECK((*more)->mailboxes.size() == 2);
    CHECK(database.asked == 2);
    database.give({{"uli@verein.example"}, {"kim@verein.example"}});
    CHECK_FALSE(source.new_lists(now() + Days(2)).has_value());
    database.give({{"uli@verein.example"}});
    const auto less = source.new_lists(now() + Days(3));
    REQUIRE((less && *less));
    CHECK((*less)->mailboxes.size() == 1);
}

TEST_CASE("while the database is away the mailboxes stay; that is told once, and so is its return") {
    Queried database;
    SettingsSource source = database.source();
    const auto before = database.rows;
    database.rows = settings::QueryError{"cannot be reached"};
    const auto gone = source.new_lists(now() + Days(1));
    REQUIRE(gone.has_value());
    CHECK_FALSE(gone->has_value());
    CHECK_FALSE(source.new_lists(now() + Days(2)).has_value());
    database.rows = before;
    const auto back = source.new_lists(now() + Days(3));
    REQUIRE((back && *back));
    CHECK((*back)->mailboxes.size() == 1);
    CHECK_FALSE(source.new_lists(now() + Days(4)).has_value());
}

TEST_CASE("rows that are wrong, or none at all, change nothing and are told once") {
    Queried database;
    SettingsSource source = database.source();
    int day = 1;
    for (const auto& wrong : {std::vector<std::vector<std::string>>{{"nobody"}}, {}}) {
        database.give(wrong);
        const auto refused = source.new_lists(now() + Days(day++));
        REQUIRE(refused.has_value());
        CHECK_FALSE(refused->has_value());
        CHECK_FALSE(source.new_lists(now() + Days(day++)).has_value());
    }
}

} // namespace
} // namespace mailquotad::app
