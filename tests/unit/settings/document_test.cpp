#include "catch.h"
#include "settings/document.h"
#include "settings/nesting.h"
#include "temporary_folder.h"

#include <random>

using namespace mailquotad::settings;

namespace {

std::string repeated(const std::string& text, int times) {
    std::string all;
    for (int i = 0; i < times; ++i)
        all += text;
    return all;
}

} // namespace

TEST_CASE("a document keeps kinds, positions and the order of the file") {
    const auto parsed = parse_document("z = 1\na = \"x\"\n[t]\nb = true\nc = [1.5, 2020-01-01]\n");
    const auto& root = std::get<Node>(parsed);
    REQUIRE(root.members.size() == 3);
    CHECK(root.members[0].key == "z");
    CHECK(root.members[1].key == "a");
    CHECK(root.find("a")->text == "x");
    CHECK(root.find("a")->position == Position{2, 5});
    CHECK(root.find("none") == nullptr);
    const auto* table = root.find("t");
    CHECK(table->find("b")->boolean);
    CHECK(table->find("c")->items[0].real == 1.5);
    CHECK(table->find("c")->items[1].kind == Node::Kind::date);
}

TEST_CASE("a syntax error has its place") {
    const auto parsed = parse_document("a = 1\nb = \n");
    REQUIRE(std::holds_alternative<SyntaxError>(parsed));
    CHECK(std::get<SyntaxError>(parsed).position.line == 2);
    CHECK_FALSE(std::get<SyntaxError>(parsed).message.empty());
}

TEST_CASE("what nests too deeply is refused before it is parsed") {
    for (const auto& text :
         {repeated("a.", 100'000) + "a = 1", "[" + repeated("a.", 100'000) + "a]", "x = " + repeated("[", 100'000),
          "x = " + repeated("{a=", 1000), repeated("[", 100'000), "[a.b]\n" + repeated("a.", 63) + "a = 1",
          "x = \"\"\"\n\"\"\"\"\"\n" + repeated("a.", 1000) + "a = 1", repeated("a . ", 1000) + "a = 1"}) {
        const auto parsed = parse_document(text);
        CHECK(std::holds_alternative<SyntaxError>(parsed));
        CHECK(first_deep_nesting(text));
    }
}

TEST_CASE("what only looks deep is read") {
    for (const auto& text :
         {"# " + repeated("a.", 1000), "x = \"" + repeated("[.", 1000) + "\"", "x = '" + repeated("[.", 1000) + "'",
          "x = \"\"\"\n\\\"" + repeated("[.\n", 1000) + "\"\"\"", "x = '''" + repeated("[.'\n", 1000) + "'''",
          "x = [" + repeated("1.5,", 1000) + "]", "x = [" + repeated("{a.b = 1},\n", 1000) + "]",
          repeated("[[a]]\nb.c = 1.5\n", 1000), "x = \"\"\"a\"\"\"\"\"\ny = 1 # " + repeated(".", 100),
          std::string("x = \"\\\\\"\n")}) {
        INFO(text.substr(0, 40));
        CHECK_FALSE(first_deep_nesting(text));
        CHECK(std::holds_alternative<Node>(parse_document(text)));
    }
}

TEST_CASE("loading throws for no bytes") {
    const DataForTests data;
    const auto full = content_of(std::string(SOURCE_FOLDER) + "/config/mailquotad.full.toml");
    const std::string alphabet = "\"'[]{}=.,#\n\r\t \\0179azAZ%:/-_@\xc3\xa4\xff";
    std::mt19937 random(1);
    for (int round = 0; round < 1500; ++round) {
        auto text = full.substr(0, round % 3 == 0 ? random() % full.size() : full.size());
        for (int change = 0; change < round % 7 && !text.empty(); ++change)
            text[random() % text.size()] =
                round % 2 == 0 ? alphabet[random() % alphabet.size()] : static_cast<char>(random() % 256);
        const auto loaded = load_text(text, "t", data.directories());
        CHECK((loaded.settings || !loaded.problems.empty()));
    }
    for (const auto& text : {std::string(), std::string(1, '\0'), std::string("\xef\xbb\xbf"),
                             std::string("a = 1\0", 6), std::string(5 * 1024 * 1024, ' ')})
        CHECK_FALSE(load_text(text, "t", data.directories()).problems.empty());
}
