// Queries that somebody else wrote; on PostgreSQL alone: tests/integration/on_postgresql.py.
#include "catch.h"

#include "store/read_rows.h"
#include "unit/store/temporary.h"

#include <soci/soci.h>

using namespace mailquotad;
using namespace mailquotad::store;

namespace {

/// A database with people.
struct People {
    People() {
        const auto connection = folder.connect();
        connection->sql()
            << "CREATE TABLE people (id INT, address TEXT, labels TEXT[], seen TIMESTAMPTZ, quota NUMERIC)";
        connection->sql() << "INSERT INTO people VALUES (1, 'kim@verein.example', '{a,b}', NULL, 1.50)";
        connection->sql() << "INSERT INTO people VALUES (2, 'Jürgen “Muster”', NULL, NULL, NULL)";
    }
    [[nodiscard]] std::string error(const std::string& query) const {
        return store_error([&] { read_rows(folder.place(), query); });
    }
    TemporaryFolder folder;
};

} // namespace

TEST_CASE("a query gives names and texts of every type, nothing where there is no value", "[.shared]") {
    const People people;
    const auto result = read_rows(people.folder.place(), "SELECT * FROM people ORDER BY id; -- all");
    CHECK(result.columns == std::vector<std::string>{"id", "address", "labels", "seen", "quota"});
    CHECK(result.rows == std::vector<std::vector<std::string>>{{"1", "kim@verein.example", "{a,b}", "", "1.50"},
                                                               {"2", "Jürgen “Muster”", "", "", ""}});
    const auto none = read_rows(people.folder.place(), "SELECT address FROM people WHERE id = 3");
    CHECK(none.columns == std::vector<std::string>{"address"});
    CHECK(none.rows.empty());
    CHECK(read_rows(people.folder.place(), "SELECT generate_series(1, 5000)").rows.size() == 5000);
}

TEST_CASE("a query can only read, whatever it says", "[.shared]") {
    const People people;
    CHECK_THAT(people.error("DELETE FROM people"), ContainsSubstring("cannot run this query: syntax error"));
    CHECK_THAT(people.error("SELECT 1; DELETE FROM people"), ContainsSubstring("multiple commands"));
    CHECK_THAT(people.error("WITH gone AS (DELETE FROM people RETURNING id) SELECT id FROM gone"),
               ContainsSubstring("cannot run this query"));
    CHECK_THAT(people.error("SELECT address FROM people FOR UPDATE"), ContainsSubstring("read-only transaction"));
    CHECK(read_rows(people.folder.place(), "TABLE people").rows.size() == 2);
}

TEST_CASE("what is wrong with a query is told in PostgreSQL's words, without values", "[.shared]") {
    const People people;
    CHECK_THAT(people.error("SELECT adress FROM people"),
               ContainsSubstring("column \"adress\" does not exist. Perhaps you meant to reference the column"));
    CHECK_THAT(people.error("SELECT address FROM nobody"),
               ContainsSubstring("relation \"nobody\" does not exist") && ContainsSubstring("the setting database"));
    CHECK_THAT(people.error("SELECT generate_series(1, 200001)"), ContainsSubstring("more than 200000 rows"));
    CHECK_THAT(people.error("SELECT repeat('x', 1000000) FROM generate_series(1, 80)"),
               ContainsSubstring("more than 64 MiB"));
}
