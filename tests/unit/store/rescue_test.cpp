// A damaged database is put aside, and what can still be read goes on.
#include "catch.h"

#include "store/rescue.h"
#include "unit/store/temporary.h"

#include <fstream>

using namespace mailquotad;
using namespace mailquotad::store;
namespace fs = std::filesystem;

namespace {

constexpr std::streamoff kPage = 4'096;
constexpr int kSamples = 3'000;

void overwrite(const fs::path& file, std::streamoff at, const std::string& bytes) {
    std::fstream stream(file, std::ios::binary | std::ios::in | std::ios::out);
    stream.seekp(at);
    stream << bytes;
}

struct Damaged {
    TemporaryFolder folder;
    std::string key;

    Damaged() {
        Database database = Database::open({.folder = folder.path()});
        key = database.hash_key();
        AlertState state;
        state.stage.stage = Stage::urgent;
        database.transaction([&] {
            database.save_alert_state("kim", state);
            database.enqueue(mail("<1@x.example>"));
            for (int i = 0; i < kSamples; ++i)
                database.add_sample("kim", {kNoon + Seconds(i), i, 1'000, 3, {{FolderRole::inbox, i}}});
        });
    }
    void damage_pages(std::streamoff first, std::streamoff count) const {
        overwrite(folder.file(), first * kPage, std::string(static_cast<std::size_t>(count * kPage), '\x5A'));
    }
    [[nodiscard]] Rescue rescue() const {
        const std::string damage = damage_of(folder.path());
        REQUIRE_FALSE(damage.empty());
        return rescue_sqlite(folder.path(), damage, kNoon);
    }
};

} // namespace

TEST_CASE("a sound database, or none, is not damaged", "[sqlite]") {
    const Damaged whole;
    CHECK(damage_of(whole.folder.path()).empty());
    const TemporaryFolder empty;
    CHECK(damage_of(empty.path()).empty());
}

TEST_CASE_METHOD(Damaged, "of a database with damaged pages all other rows go on, with the same key and state",
                 "[sqlite]") {
    const auto pages = static_cast<std::streamoff>(fs::file_size(folder.file())) / kPage;
    REQUIRE(pages > 40);
    damage_pages(pages * 3 / 4, 3);
    const std::string before = content_of(folder.file());
    const Rescue rescued = rescue();
    CHECK(rescued.put_aside == folder.file().string() + ".damaged-20261121T190000Z");
    CHECK(content_of(rescued.put_aside) == before);
    CHECK(rescued.incomplete == std::vector<std::string>{"sample"});
    CHECK(damage_of(folder.path()).empty());
    Database database = Database::open({.folder = folder.path()});
    CHECK(database.hash_key() == key);
    CHECK(database.alert_state("kim")->stage.stage == Stage::urgent);
    CHECK(database.unsent_mail() == 1);
    const auto samples = database.samples("kim", Time{});
    CHECK(samples.size() < kSamples);
    CHECK(samples.size() > kSamples * 8 / 10); // three pages of some hundred
    CHECK(samples.front().at == kNoon);
    CHECK(samples.back().at == kNoon + Seconds(kSamples - 1));
    CHECK(rescued.rows >= static_cast<std::int64_t>(samples.size()));
}

TEST_CASE_METHOD(Damaged, "what still stood in the log is rescued too, and the log put aside", "[sqlite]") {
    const auto wal = folder.file().string() + "-wal";
    {
        // Left as a killed process leaves it: with its log.
        Database database = Database::open({.folder = folder.path()});
        database.add_sample("late", {kNoon, 7, 8, 9, {}});
        fs::copy(folder.file(), folder.path() / "kept");
        fs::copy(wal, folder.path() / "kept-wal");
    }
    fs::rename(folder.path() / "kept", folder.file());
    fs::rename(folder.path() / "kept-wal", wal);
    const auto pages = static_cast<std::streamoff>(fs::file_size(folder.file())) / kPage;
    damage_pages(pages / 2, 2);
    const std::string damage = damage_of(folder.path());
    REQUIRE_FALSE(damage.empty());
    const Rescue rescued = rescue_sqlite(folder.path(), damage, kNoon);
    CHECK(Database::open({.folder = folder.path()}).samples("late", Time{}).size() == 1);
}

TEST_CASE_METHOD(Damaged, "a file that is no database any more is put aside, and an empty one begins", "[sqlite]") {
    damage_pages(0, 5);
    const Rescue rescued = rescue();
    CHECK(fs::exists(rescued.put_aside));
    CHECK_FALSE(rescued.incomplete.empty());
    Database database = Database::open({.folder = folder.path()});
    CHECK(database.samples("kim", Time{}).empty());
    CHECK_FALSE(database.hash_key().empty());
}

TEST_CASE_METHOD(Damaged, "where the list of tables is lost, every table is said to be incomplete", "[sqlite]") {
    fs::resize_file(folder.file(), static_cast<std::uintmax_t>(kPage) * 30);
    const Rescue rescued = rescue();
    CHECK(rescued.rows == 0);
    CHECK(rescued.incomplete.size() > 10);
    CHECK(damage_of(folder.path()).empty());
}

TEST_CASE_METHOD(Damaged, "a database that was cut short gives what is left", "[sqlite]") {
    fs::resize_file(folder.file(), fs::file_size(folder.file()) / 2);
    const Rescue rescued = rescue();
    CHECK(rescued.rows > 0);
    CHECK(Database::open({.folder = folder.path()}).hash_key() == key);
}

TEST_CASE_METHOD(Damaged, "a rescue that was cut off before is begun anew, and nothing but the two files stays",
                 "[sqlite]") {
    fs::create_directory(folder.file().string() + ".rescue");
    std::ofstream(folder.file().string() + ".rescue/mailquotad.sqlite") << "half";
    const auto pages = static_cast<std::streamoff>(fs::file_size(folder.file())) / kPage;
    damage_pages(pages / 2, 1);
    const Rescue rescued = rescue();
    CHECK_FALSE(fs::exists(folder.file().string() + ".rescue"));
    CHECK(Database::open({.folder = folder.path()}).hash_key() == key);
    CHECK(rescued.rows > kSamples / 2);
}
