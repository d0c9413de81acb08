// [[mailbox_list]] whose rows come from a query.
#include "catch.h"
#include "temporary_folder.h"

using namespace mailquotad::settings;
using mailquotad::QueryResult;

namespace {

constexpr const char* kPostgresql = R"(database = { url = "postgresql://m@db/m", password = { credential = "db" } })";
constexpr const char* kQuery = "query = \"SELECT * FROM people\"\nserver = \"a\"\npassword = { credential = \"m\" }";

/// Settings with a list that is a query, and what the database was asked.
struct Loading {
    explicit Loading(QueryRows given, const std::string& list = kQuery, const std::string& database = kPostgresql)
        : rows(std::move(given)) {
        const DatabaseReader reader{.fault_of_url = [this](const std::string&) { return fault; },
                                    .rows_of =
                                        [this](const Database& place, const std::string& query) {
                                            asked.push_back(place.postgresql_url + " " + query);
                                            return rows;
                                        }};
        loaded = load_text(database +
                               "\n[server.a]\nimap = \"imaps://h\"\n[server.b]\nimap = \"imaps://h\"\n"
                               "[[mailbox_list]]\n" +
                               list + "\n",
                           "settings.toml", data.directories(), reader);
    }
    [[nodiscard]] std::string problems() const {
        std::string text;
        for (const Problem& problem : loaded.problems)
            text += to_string(problem) + "\n";
        return text;
    }

    DataForTests data;
    QueryRows rows;
    std::string fault;
    std::vector<std::string> asked;
    Loaded loaded;
};

QueryResult of(std::vector<std::string> columns, std::vector<std::vector<std::string>> rows) {
    return {.columns = std::move(columns), .rows = std::move(rows)};
}

} // namespace

TEST_CASE("a row of a query is a mailbox with all that its columns say, as a line of a file is") {
    const Loading list(of({"address", "server", "username", "owner_name", "owner_mail", "language", "limit", "slug"},
                          {{"kim@verein.example", "b", "web1", "Muster, \"Kim\"",
                            "kim@privat.example k2@privat.example", "en", "500MiB", "kim"},
                           {"uli@verein.example", "", "", "", "", "", "", ""}}));
    CHECK(list.problems() == "");
    CHECK(list.asked == std::vector<std::string>{"postgresql://m@db/m SELECT * FROM people"});
    REQUIRE(list.loaded.settings);
    const Mailbox& kim = list.loaded.settings->mailboxes.at(0);
    CHECK(kim.server == "b");
    CHECK(kim.username == "web1");
    CHECK(kim.slug == "kim");
    CHECK(kim.owner.name == "Muster, \"Kim\"");
    CHECK(kim.owner.mail.size() == 2);
    CHECK(kim.owner.language == "en");
    CHECK(kim.limit->bytes == 500LL << 20);
    const Mailbox& uli = list.loaded.settings->mailboxes.at(1);
    CHECK(uli.server == "a");
    CHECK(uli.username == "uli@verein.example");
    CHECK(uli.password.value == "m");
}

TEST_CASE("every problem of a row is told at the key of the query, by number of the row and name of the column") {
    const Loading list(
        of({"address", "limit", "owner_mail"},
           {{"kim@verein.example", "", ""}, {"uli", "10 apples", "nobody"}, {"KIM@verein.example", "", ""}}));
    const std::string place = "settings.toml:7:9: mailbox_list[1].query: ";
    CHECK(list.problems() ==
          place + "row 2, address: is \"uli\" but must be a mail address, such as \"kim.muster@verein.example\"\n" +
              place +
              "row 2, limit: is \"10 apples\" but must be a size, such as \"500MiB\", with one of B, kB, KiB, "
              "MB, MiB, GB, GiB, TB, TiB\n" +
              place +
              "row 2, owner_mail: is \"nobody\" but must be a list of mail addresses, such as "
              "[\"kim@privat.example\"]\n" +
              place + "row 3, address: is \"KIM@verein.example\", which row 1 of mailbox_list[1].query has already\n");
    CHECK_FALSE(list.loaded.settings);
}

TEST_CASE("a query must name known columns, each once, and the address among them") {
    CHECK_THAT(Loading(of({"adress", "server"}, {{"x", "a"}})).problems(),
               ContainsSubstring("mailbox_list[1].query: adress: is no column; did you mean \"address\"?") &&
                   ContainsSubstring("mailbox_list[1].query: address: is missing among the names of the columns"));
    CHECK_THAT(Loading(of({"address", "limit", "limit"}, {{"x", "1B", "2B"}})).problems(),
               ContainsSubstring("limit: is there twice"));
}

TEST_CASE("a query that gives no row is an error: a table that was emptied must not end the watch") {
    const std::string wanted = "mailbox_list[1].query: gives no row";
    CHECK_THAT(Loading(of({"address"}, {})).problems(), ContainsSubstring(wanted));
    CHECK_THAT(Loading(of({}, {{}, {}})).problems(), ContainsSubstring(wanted));
}

TEST_CASE("no more than about a hundred problems of one query are told") {
    const Loading list(of({"address"}, std::vector<std::vector<std::string>>(5000, {"nobody"})));
    CHECK(list.loaded.problems.size() < 150);
    CHECK_THAT(list.problems(), ContainsSubstring("there may be more problems from here on"));
}

TEST_CASE("a query that cannot be run is an error in the database's own words") {
    const Loading list(QueryError{"PostgreSQL database m at db:5432: cannot be reached: Connection refused"});
    CHECK(list.problems() == "settings.toml:7:9: mailbox_list[1].query: PostgreSQL database m at db:5432: cannot be "
                             "reached: Connection refused\n");
    REQUIRE(list.loaded.queries.size() == 1);
    CHECK_FALSE(list.loaded.queries.front().was_run);
}

TEST_CASE("what a query gave is known again, in whatever order the rows come") {
    const auto state = [](QueryRows rows) { return Loading(std::move(rows)).loaded.queries.at(0).state; };
    const std::string before = state(of({"address"}, {{"kim@verein.example"}, {"uli@verein.example"}}));
    CHECK(state(of({"address"}, {{"uli@verein.example"}, {"kim@verein.example"}})) == before);
    CHECK(state(of({"address"}, {{"uli@verein.example"}})) != before);
    CHECK(state(of({"address"}, {{"kim@verein.example"}, {"uli@verein.example"}, {"uli@verein.example"}})) != before);
    CHECK(state(of({"address", "slug"}, {{"ab", "c"}})) != state(of({"address", "slug"}, {{"a", "bc"}})));
    CHECK(state(QueryError{"gone"}) != before);
    const Loading broken(of({"address"}, {{"nobody"}}));
    CHECK(broken.loaded.queries.at(0).was_run);
}

TEST_CASE("a query needs a PostgreSQL, and asks none whose settings are wrong") {
    const auto rows = of({"address"}, {{"kim@verein.example"}});
    for (const char* sqlite : {"", "database = \"sqlite\""}) {
        const Loading list(rows, kQuery, sqlite);
        CHECK_THAT(list.problems(), ContainsSubstring("mailbox_list[1].query: needs a PostgreSQL: database = { url"));
        CHECK(list.asked.empty());
    }
    for (const char* wrong : {R"(database = { url = "mysql://m@db/m" })",
                              R"(database = { url = "postgresql://m@db/m", password = "secret" })"}) {
        const Loading list(rows, kQuery, wrong);
        CHECK(list.loaded.problems.size() == 1);
        CHECK(list.asked.empty());
    }
}

TEST_CASE("what libpq cannot read of a URL is told once, and nothing is asked there") {
    const DataForTests data;
    int asked = 0;
    const DatabaseReader reader{.fault_of_url = [](const std::string& url) { return "invalid: " + url; },
                                .rows_of =
                                    [&asked](const Database&, const std::string&) {
                                        ++asked;
                                        return QueryRows();
                                    }};
    const auto loaded =
        load_text(std::string(kPostgresql) + "\n[server.a]\nimap = \"imaps://h\"\n[[mailbox_list]]\n" + kQuery + "\n",
                  "settings.toml", data.directories(), reader);
    REQUIRE(loaded.problems.size() == 1);
    CHECK(to_string(loaded.problems.front()) ==
          "settings.toml:1:20: database.url: cannot be read: invalid: postgresql://m@db/m");
    CHECK(asked == 0);
}

TEST_CASE("without anybody to ask the database, a query is known and gives nothing") {
    const DataForTests data;
    const auto loaded = load_text(with_mailbox(kPostgresql, std::string("[[mailbox_list]]\n") + kQuery),
                                  "settings.toml", data.directories());
    REQUIRE(loaded.settings);
    CHECK(loaded.settings->mailboxes.size() == 1);
    CHECK(loaded.queries.size() == 1);
}
