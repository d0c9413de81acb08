#include "catch.h"

#include "notify/text_blocks.h"

#include <string>

using namespace mailquotad;
using text::Fields;
using text::Value;

namespace {

const std::vector<Fields>& list(const Fields& fields, const std::string& name) {
    return std::get<std::vector<Fields>>(fields.at(name).content);
}

std::string said(const Fields& fields, const std::string& name) {
    return std::get<std::string>(fields.at(name).content);
}

bool flag(const Fields& fields, const std::string& name) {
    return std::get<bool>(fields.at(name).content);
}

} // namespace

TEST_CASE("headings, lists, topics and paragraphs of a text are told by its shape", "[notify]") {
    const auto sections =
        notify::text_blocks("Hello,\n\nyour box is full.\n\nUsed: 1\nFree: 2\n\nHow\n---\n\n1. one\n2. two\n\n"
                            "Trash:\n1. open\n\nGenuine\n-------\n\n- no link\n- no image\n\nWritten by me.\n",
                            {.lead = 1, .box_last = true});
    REQUIRE(sections.size() == 3);
    const auto& intro = list(sections[0], "blocks");
    REQUIRE(intro.size() == 3);
    CHECK(said(list(intro[0], "paragraph").front(), "entry") == "Hello,");
    CHECK(said(list(intro[1], "lead").front(), "entry") == "your box is full.");
    CHECK_FALSE(flag(intro[1], "has_paragraph"));
    REQUIRE(list(intro[2], "paragraph").size() == 2);
    CHECK(flag(list(intro[2], "paragraph")[0], "more"));
    CHECK_FALSE(flag(list(intro[2], "paragraph")[1], "more"));

    CHECK(said(sections[1], "heading") == "How");
    const auto& how = list(sections[1], "blocks");
    REQUIRE(how.size() == 3);
    CHECK(list(how[0], "numbers_entries").size() == 2);
    CHECK(said(how[1], "topic") == "Trash");
    CHECK(said(list(how[2], "numbers_entries").front(), "entry") == "open");

    CHECK(flag(sections[2], "boxed"));
    CHECK(list(list(sections[2], "blocks").front(), "bullets_entries").size() == 2);
    REQUIRE(list(sections[2], "closing_blocks").size() == 1);
    CHECK(said(list(list(sections[2], "closing_blocks").front(), "closing").front(), "entry") == "Written by me.");
}

TEST_CASE("an empty text has no blocks", "[notify]") {
    const auto sections = notify::text_blocks("", {});
    REQUIRE(sections.size() == 1);
    CHECK(list(sections.front(), "blocks").empty());
}
