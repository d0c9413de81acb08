#include "catch.h"

#include "text/template.h"

#include <rapidcheck.h>

#include <string>
#include <vector>

using namespace mailquotad;
using text::CatalogError;
using text::Escaping;
using text::Template;

namespace {

/// What becomes of a source: its text, or why there is none.
std::string outcome(const std::string& source) {
    try {
        const Template made(source, "t.txt", Escaping::none);
        return made.render({{"a", {std::string("A")}}, {"b", {std::vector<text::Fields>{{}, {}}}}});
    } catch (const CatalogError& error) {
        return error.what();
    }
}

} // namespace

TEST_CASE("a name with a blank or a line end in it is refused, whatever else might be made of it", "[text]") {
    for (const char* source : {"{{a b}}", "{{a\nb}}", "{{#a b}}\nx{{/a b}}", "{{# a\tb }}{{/a\tb}}"})
        CHECK_THAT(outcome(source), ContainsSubstring("t.txt:1: a field's name holds no blanks"));
    CHECK(outcome("{{ a }}{{# b }}-{{/ b }}{{! some words }}") == "A--");
}

TEST_CASE("what is accepted when it is read can be rendered for ever", "[text]") {
    static const std::vector<std::string> pieces = {
        "{{", "}}", "{",  "}",  "#",    "^",  "/",     "!",      "&",      ">",      "=",      "a",        "b",
        "c",  " ",  "\t", "\n", "\r\n", "\f", "{{a}}", "{{#a}}", "{{/a}}", "{{^b}}", "{{/b}}", "{{! c }}", "{{!\n}}"};
    CHECK(rc::check([] {
        std::string source;
        for (const std::size_t piece :
             *rc::gen::container<std::vector<std::size_t>>(rc::gen::inRange<std::size_t>(0, pieces.size())))
            source += pieces[piece];
        try {
            const Template made(source, "t.txt", Escaping::none);
            RC_TAG("accepted");
        } catch (const CatalogError&) {
            return; // told when it is read
        }
        const std::string text = outcome(source);
        RC_ASSERT(!text.starts_with("t.txt: ") || text.find("unknown field") != std::string::npos);
    }));
}
