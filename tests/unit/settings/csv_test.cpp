#include "settings/csv.h"

#include "catch.h"

using namespace mailquotad::settings;

namespace {

std::vector<std::vector<std::string>> texts(std::string_view text) {
    const auto parsed = parse_csv(text);
    REQUIRE(std::holds_alternative<std::vector<CsvRow>>(parsed));
    std::vector<std::vector<std::string>> rows;
    for (const CsvRow& row : std::get<std::vector<CsvRow>>(parsed)) {
        rows.emplace_back();
        for (const CsvField& field : row)
            rows.back().push_back(field.text);
    }
    return rows;
}

std::string mistake(std::string_view text) {
    const auto parsed = parse_csv(text);
    const auto* error = std::get_if<SyntaxError>(&parsed);
    REQUIRE(error != nullptr);
    return std::to_string(error->position.line) + ":" + std::to_string(error->position.column) + ": " + error->message;
}

using Rows = std::vector<std::vector<std::string>>;

} // namespace

TEST_CASE("the separator is the one that the first line has most of, outside of quotes") {
    CHECK(texts("a,b\n1,2\n") == Rows{{"a", "b"}, {"1", "2"}});
    CHECK(texts("a;b;c\n1,5;2;3") == Rows{{"a", "b", "c"}, {"1,5", "2", "3"}});
    CHECK(texts("a\tb\n\t") == Rows{{"a", "b"}, {"", ""}});
    CHECK(texts("\"a,b,c\";d\n1;2") == Rows{{"a,b,c", "d"}, {"1", "2"}});
    CHECK(texts("address\nkim@x.example") == Rows{{"address"}, {"kim@x.example"}});
}

TEST_CASE("quoted fields hold separators, line ends and doubled quotes") {
    CHECK(texts("a,b\r\n\"x, \"\"y\"\"\r\nz\",\"\"\r\n") == Rows{{"a", "b"}, {"x, \"y\"\r\nz", ""}});
}

TEST_CASE("a byte order mark, empty lines and a missing last line end do not matter") {
    CHECK(texts("\xEF\xBB\xBF"
                "a,b\n\n\r\n1,2") == Rows{{"a", "b"}, {"1", "2"}});
    CHECK(texts("") == Rows{});
}

TEST_CASE("places count lines of the file and characters, not bytes") {
    const auto parsed = parse_csv("a,b\n\"1\n2\",\xC3\xBC\xC3\xBC,x\n");
    const auto& row = std::get<std::vector<CsvRow>>(parsed).at(1);
    CHECK(row.at(0).position == Position{.line = 2, .column = 1});
    CHECK(row.at(1).position == Position{.line = 3, .column = 4});
    CHECK(row.at(2).position == Position{.line = 3, .column = 7});
}

TEST_CASE("what is no such table is refused with its place") {
    CHECK_THAT(mistake("a,b\n1,\"2\n3"), ContainsSubstring("2:3: begins a quoted field that never ends"));
    CHECK_THAT(mistake("a,b\n1,x\"y\"\n"), ContainsSubstring("2:4: has a quote inside of a field"));
    CHECK_THAT(mistake("a,b\n\"1\"x,2\n"), ContainsSubstring("2:4: has text behind a quoted field"));
    CHECK_THAT(mistake("a\n\xFF"), ContainsSubstring("0:0: is no text in UTF-8"));
    CHECK_THAT(mistake(std::string_view("a\n\0", 3)), ContainsSubstring("0:0: is no text in UTF-8"));
    CHECK_THAT(mistake([] {
                   std::string text;
                   for (std::size_t i = 0; i <= kMaxCsvRows; ++i)
                       text += "x\n";
                   return text;
               }()),
               ContainsSubstring("has more than 100000 lines"));
}
