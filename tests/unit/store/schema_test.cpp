#include "catch.h"

#include "store/connection.h"
#include "store/schema.h"
#include "store/sqlite.h"
#include "unit/store/temporary.h"

#include <soci/soci.h>

#include <vector>

using namespace mailquotad;
using namespace mailquotad::store;

namespace {

constexpr std::string_view kGood[] = {"CREATE TABLE extra (id {identity}, name TEXT)",
                                      "INSERT INTO extra (name) VALUES ('seven')"};
constexpr std::string_view kBad[] = {"CREATE TABLE half (name TEXT)", "CREATE NONSENSE"};

std::vector<Step> steps_and(const Step& step) {
    std::vector<Step> steps(schema_steps().begin(), schema_steps().end());
    steps.push_back(step);
    return steps;
}

long long count(Connection& connection, const std::string& question) {
    long long result = 0;
    connection.sql() << question, soci::into(result);
    return result;
}

} // namespace

TEST_CASE("a new database gets all steps, and opening it again changes nothing") {
    const TemporaryFolder folder;
    { Database::open(folder.place()); }
    { Database::open(folder.place()); }
    const auto connection = folder.connect();
    CHECK(count(*connection, "SELECT COUNT(*) FROM schema_step") == static_cast<long long>(schema_steps().size()));
    CHECK_NOTHROW(require_current(*connection, schema_steps()));
}

TEST_CASE("a database of an older version is brought up to date and keeps what it holds") {
    const TemporaryFolder folder;
    { Database::open(folder.place()).enqueue(mail("<1@x.example>")); }
    const auto connection = folder.connect();
    const auto steps = steps_and({"a table more", kGood});
    CHECK_THAT(store_error([&] { require_current(*connection, steps); }), ContainsSubstring("older version"));
    migrate(*connection, steps);
    CHECK_NOTHROW(require_current(*connection, steps));
    CHECK(count(*connection, "SELECT id FROM extra WHERE name = 'seven'") == 1);
    CHECK(count(*connection, "SELECT COUNT(*) FROM outbox") == 1);
    migrate(*connection, steps);
    CHECK(count(*connection, "SELECT COUNT(*) FROM extra") == 1);
}

TEST_CASE("from every older schema the database is brought up to date and keeps what it holds") {
    for (std::size_t version = 1; version <= schema_steps().size(); ++version) {
        CAPTURE(version);
        const TemporaryFolder folder;
        {
            const auto connection = folder.connect();
            migrate(*connection, schema_steps().first(version));
            connection->sql() << "INSERT INTO keyring (name, value) VALUES ('hash', 'the key')";
            connection->sql() << "INSERT INTO mailbox (slug) VALUES ('kim')";
            connection->sql() << "INSERT INTO sample (mailbox_id, measured_at, used_bytes, roles)"
                                 " SELECT id, 1795287600, 7, '' FROM mailbox";
        }
        Database database = Database::open(folder.place());
        CHECK(database.hash_key() == "the key");
        REQUIRE(database.samples("kim", Time{}).size() == 1);
        CHECK(database.samples("kim", Time{}).front().used_bytes == 7);
        database.add_forecast_errors("kim", std::chrono::floor<Days>(kNoon), {});
        database.save_survey("kim", {});
        CHECK(database.survey("kim"));
        database.add_event("kim", {.at = kNoon, .kind = EventKind::reachable});
        CHECK(database.events("kim", kNoon).size() == 1);
    }
}

TEST_CASE("a step of the schema never changes once it is there: databases hold what it made") {
    static constexpr const char* kMade[] = {
        "first tables 2459e14ee9d464aa", "forecast errors 1da7a4cf75a8abb4", "surveys 4c0b9b70d54ef500",
        "events e4c93bcc185fd9bd",       "sharing c0d58eec94cc03b6",
    };
    const auto steps = schema_steps();
    REQUIRE(steps.size() >= std::size(kMade)); // a new step comes at the end, here too
    for (std::size_t i = 0; i < std::size(kMade); ++i) {
        std::string all;
        for (const std::string_view statement : steps[i].statements)
            all += statement;
        CHECK(std::string(steps[i].name) + ' ' + keyed_hash("", all, 16) == kMade[i]);
    }
    CHECK(steps.size() == std::size(kMade));
}

TEST_CASE("a step that fails leaves the database as it was") {
    const TemporaryFolder folder;
    { Database::open(folder.place()).enqueue(mail("<1@x.example>")); }
    {
        const auto connection = folder.connect();
        const std::string error = store_error([&] { migrate(*connection, steps_and({"broken", kBad})); });
        CHECK_THAT(error, ContainsSubstring("bring its schema up to date"));
        CHECK_THAT(store_error([&] { connection->attempt("look", [&] { count(*connection, "SELECT 1 FROM half"); }); }),
                   ContainsSubstring("half"));
    }
    CHECK(Database::open(folder.place()).unsent_mail() == 1);
}

TEST_CASE("a database of a newer version is refused and left alone") {
    const TemporaryFolder folder;
    { Database::open(folder.place()).enqueue(mail("<1@x.example>")); }
    { migrate(*folder.connect(), steps_and({"from the future", kGood})); }
    const std::string before = folder.is_postgresql() ? "" : content_of(folder.file());
    for (const std::string& error : {store_error([&] { Database::open(folder.place()); }),
                                     store_error([&] { Database::open_readonly(folder.place()); })}) {
        CHECK_THAT(error, ContainsSubstring(folder.connect()->place()));
        CHECK_THAT(error, ContainsSubstring("newer version of mailquotad"));
    }
    if (!folder.is_postgresql())
        CHECK(content_of(folder.file()) == before);
}

TEST_CASE("every commit waits for the disk, and other processes are waited for", "[sqlite]") {
    const TemporaryFolder folder;
    const auto connection = folder.connect();
    CHECK(count(*connection, "PRAGMA synchronous") == 2);
    CHECK(count(*connection, "PRAGMA busy_timeout") == 10'000);
    CHECK(count(*connection, "PRAGMA foreign_keys") == 1);
    CHECK(count(*connection, "PRAGMA secure_delete") == 1);
    std::string mode;
    connection->sql() << "PRAGMA journal_mode", soci::into(mode);
    CHECK(mode == "wal");
}

TEST_CASE("a transaction that goes on after an error is undone as a whole") {
    const TemporaryFolder folder;
    { Database::open(folder.place()); }
    const auto connection = folder.connect();
    const auto add = [&](const std::string& table) {
        connection->write("test", [&] { connection->sql() << "INSERT INTO " + table + " (slug) VALUES ('x')"; });
    };
    connection->begin("test");
    add("mailbox");
    CHECK_THAT(store_error([&] { add("missing"); }), ContainsSubstring("missing"));
    CHECK_THAT(store_error([&] { add("mailbox"); }), ContainsSubstring("undone"));
    CHECK_THAT(store_error([&] { connection->commit("test"); }), ContainsSubstring("undone"));
    connection->roll_back();
    CHECK(count(*connection, "SELECT COUNT(*) FROM mailbox") == 0);
    add("mailbox");
    CHECK(count(*connection, "SELECT COUNT(*) FROM mailbox") == 1);
}

TEST_CASE("the text of an error never holds what was to be stored") {
    const TemporaryFolder folder;
    const auto connection = folder.connect();
    const std::string secret = "kim@privat.example";
    const std::string error = store_error([&] {
        connection->attempt("test", [&] { connection->sql() << "INSERT INTO missing VALUES (:x)", soci::use(secret); });
    });
    CHECK_THAT(error, ContainsSubstring("missing"));
    CHECK_THAT(error, !ContainsSubstring("kim"));
    CHECK_THAT(error, !ContainsSubstring("backend"));
}
