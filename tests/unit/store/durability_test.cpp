// Which transactions wait for the disk.
#include "catch.h"

#include "store/connection.h"
#include "unit/store/temporary.h"

#include <soci/soci.h>

using namespace mailquotad;
using namespace mailquotad::store;

namespace {

/// How the transaction that is open will end.
bool waits_for_disk(Connection& connection) {
    std::string mode;
    connection.sql() << (TemporaryFolder::is_postgresql() ? "SHOW synchronous_commit" : "PRAGMA synchronous"),
        soci::into(mode);
    return mode == "on" || mode == "2";
}

bool waits_for_disk(Connection& connection, Durability durability) {
    connection.begin("begin", durability);
    const bool waits = waits_for_disk(connection);
    connection.commit("end");
    return waits;
}

} // namespace

TEST_CASE("what need not be on the disk at once waits for it no more than once in a while, all else always") {
    const TemporaryFolder folder;
    const auto connection = folder.connect();
    CHECK(waits_for_disk(*connection, Durability::soon)); // nothing did before
    CHECK_FALSE(waits_for_disk(*connection, Durability::soon));
    CHECK_FALSE(waits_for_disk(*connection, Durability::soon));
    CHECK(waits_for_disk(*connection, Durability::now));
    CHECK_FALSE(waits_for_disk(*connection, Durability::soon));
    connection->write("write", [&] { CHECK(waits_for_disk(*connection)); });
}

TEST_CASE("what waits for no disk is there for others at once, and undone as a whole") {
    const TemporaryFolder folder;
    Database database = Database::open(folder.place());
    Database other = Database::open(folder.place());
    database.transaction([&] { database.save_note("kim", "a", "first"); });
    database.transaction([&] { database.save_note("kim", "a", "second"); }, Durability::soon);
    CHECK(other.note("kim", "a") == "second");
    const auto failing = [&] {
        database.save_note("kim", "a", "third");
        throw std::runtime_error("mine");
    };
    CHECK_THROWS(database.transaction(failing, Durability::soon));
    CHECK(other.note("kim", "a") == "second");
}
