#include "catch.h"

#include "core/escape.h"

#include <rapidcheck.h>

#include <algorithm>
#include <string>

using namespace mailquotad;
using namespace std::string_literals;

TEST_CASE("harmless text stays as it is on a terminal") {
    const char* text = GENERATE("", "INBOX", "Gesendete Objekte", "Entwürfe", "Отправленные", "受信トレイ",
                                "\xF0\x9F\x93\xA7", "a\\b", "|<>&'\"=");
    CHECK(for_terminal(text) == text);
}

TEST_CASE("control characters are escaped on a terminal and the text stays one line") {
    CHECK(for_terminal("a\x1b[31mred") == "a\\x1b[31mred");
    CHECK(for_terminal("a\r\nb\tc") == "a\\x0d\\x0ab\\x09c");
    CHECK(for_terminal("a\0b"s) == "a\\x00b");
    CHECK(for_terminal("\x7f") == "\\x7f");
    CHECK(for_terminal("\xC2\x9B"
                       "31m") == "\\u009b31m");
    CHECK(for_terminal("\xC2\x85") == "\\u0085");
}

TEST_CASE("bidi, zero-width and line-separator characters are escaped on a terminal") {
    CHECK(for_terminal("\xE2\x80\xAE") == "\\u202e");
    CHECK(for_terminal("\xE2\x81\xA6x\xE2\x81\xA9") == "\\u2066x\\u2069");
    CHECK(for_terminal("\xD8\x9C") == "\\u061c");
    CHECK(for_terminal("\xE2\x80\x8B") == "\\u200b");
    CHECK(for_terminal("\xEF\xBB\xBF") == "\\ufeff");
    CHECK(for_terminal("\xC2\xAD") == "\\u00ad");
    CHECK(for_terminal("\xE2\x80\xA8\xE2\x80\xA9") == "\\u2028\\u2029");
    CHECK(for_terminal("\xF3\xA0\x81\x81") == "\\U000e0041");
}

TEST_CASE("invalid UTF-8 is escaped byte by byte on a terminal") {
    CHECK(for_terminal("\xFF") == "\\xff");
    CHECK(for_terminal("f\xFCr") == "f\\xfcr");
    CHECK(for_terminal("\xE2\x82") == "\\xe2\\x82");
    CHECK(for_terminal("\xE2\x82z") == "\\xe2\\x82z");
    CHECK(for_terminal("\xC0\xAF") == "\\xc0\\xaf");
    CHECK(for_terminal("\xED\xA0\x80") == "\\xed\\xa0\\x80");
    CHECK(for_terminal("\xF4\x90\x80\x80") == "\\xf4\\x90\\x80\\x80");
    CHECK(for_terminal("\x80") == "\\x80");
    CHECK(for_terminal("\xC3\xC3\xBC") == "\\xc3\xC3\xBC");
}

TEST_CASE("a bar never reaches a plugin's output, a quote and an equals sign never a label") {
    CHECK(for_nagios("Root|'x'=1\n") == "Root/'x'=1\\x0a");
    CHECK(for_perfdata_label("Root|'x'=1") == "Root//x//1");
}

TEST_CASE("HTML gets entities, and U+FFFD for what no reader should get") {
    CHECK(for_html("<b class=\"x\" id='y'>&</b>") == "&lt;b class=&quot;x&quot; id=&#39;y&#39;&gt;&amp;&lt;/b&gt;");
    CHECK(for_html("Entwürfe") == "Entwürfe");
    CHECK(for_html("a\x01\xFF\xE2\x80\xAE z") == "a\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD z");
}

TEST_CASE("a header cannot be broken or turned around") {
    CHECK(for_header("a\r\nBcc: b\0c"s) == "a  Bcc: b c");
    CHECK(for_header("\x7f\t\x1f") == "   ");
    CHECK(for_header("x\xC2\x85y\xE2\x80\xA8z") == "x y z");
    CHECK(for_header("\xE2\x80\xAEtxt") == " txt");
    CHECK(for_header("Kim Müßter") == "Kim Müßter");
    CHECK(for_header("\xFF") == "\xEF\xBF\xBD");
}

TEST_CASE("UTF-8 is valid by RFC 3629 and not otherwise") {
    for (const std::string& good : {""s, "a"s, "\0"s, "ü"s, "\xE0\xA0\x80"s, "\xED\x9F\xBF"s, "\xEE\x80\x80"s,
                                    "\xEF\xBF\xBF"s, "\xF0\x90\x80\x80"s, "\xF4\x8F\xBF\xBF"s})
        CHECK(is_valid_utf8(good));
    for (const std::string& bad : {"\x80"s, "\xBF"s, "\xC0\x80"s, "\xC1\xBF"s, "\xC2"s, "\xC2 "s, "\xE0\x9F\xBF"s,
                                   "\xED\xA0\x80"s, "\xED\xBF\xBF"s, "\xF0\x8F\xBF\xBF"s, "\xF4\x90\x80\x80"s,
                                   "\xF5\x80\x80\x80"s, "\xFE"s, "\xF0\x9F\x93"s, "a\xFF"s, "\xE2\x28\xA1"s})
        CHECK_FALSE(is_valid_utf8(bad));
}

TEST_CASE("each invalid byte becomes one U+FFFD") {
    CHECK(to_valid_utf8("für\n") == "für\n");
    CHECK(to_valid_utf8("f\xFCr") == "f\xEF\xBF\xBDr");
    CHECK(to_valid_utf8("\xE2\x82") == "\xEF\xBF\xBD\xEF\xBF\xBD");
}

TEST_CASE("whatever bytes come, what comes out is safe for its place") {
    CHECK(rc::check("safe output", [](const std::vector<std::uint8_t>& bytes) {
        const std::string text(bytes.begin(), bytes.end());
        const auto has = [](const std::string& out, const char* set) {
            return out.find_first_of(set) != std::string::npos;
        };
        for (const std::string& out :
             {for_terminal(text), for_nagios(text), for_perfdata_label(text), for_html(text), for_header(text)}) {
            RC_ASSERT(is_valid_utf8(out));
            RC_ASSERT(std::none_of(out.begin(), out.end(), [](char c) { return c >= 0 && c < ' '; }));
        }
        RC_ASSERT(!has(for_html(text), "<>\"'"));
        RC_ASSERT(!has(for_perfdata_label(text), "|'="));
        RC_ASSERT(for_terminal(for_terminal(text)) == for_terminal(text));
        RC_ASSERT(is_valid_utf8(to_valid_utf8(text)));
        RC_ASSERT(!is_valid_utf8(text) || to_valid_utf8(text) == text);
    }));
}
