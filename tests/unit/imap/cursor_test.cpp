#include "catch.h"

#include "imap/cursor.h"
#include "imap/responses.h"

using mailquotad::imap::Cursor;

namespace {

std::optional<std::int64_t> number(std::string_view text) {
    return Cursor(text).number();
}

} // namespace

TEST_CASE("a number saturates at 63 bits and never wraps") {
    CHECK(number("0") == 0);
    CHECK(number("4294967298") == 4294967298);
    CHECK(number("9223372036854775807") == INT64_MAX);
    CHECK(number("9223372036854775808") == INT64_MAX);
    CHECK(number("18446744073709551616") == INT64_MAX);
    CHECK(number("99999999999999999999999999999999 5") == INT64_MAX);
    CHECK(number("-9007199254740992)") == -9007199254740992);
}

TEST_CASE("what only begins like a number is none") {
    CHECK(number("1e6") == std::nullopt);
    CHECK(number("9.5") == std::nullopt);
    CHECK(number("12abc") == std::nullopt);
    CHECK(number("-") == std::nullopt);
    CHECK(number("") == std::nullopt);
    CHECK(number("NIL") == std::nullopt);
}

TEST_CASE("strings come unescaped, and broken ones not at all") {
    CHECK(Cursor(R"("a\"b\\c")").string() == R"(a"b\c)");
    CHECK(Cursor(R"("bare\slash")").string() == R"(bare\slash)");
    CHECK(Cursor("{3}\r\na\"b rest").string() == "a\"b");
    CHECK(Cursor("{0}\r\n").string() == "");
    CHECK(Cursor("\"open").string() == std::nullopt);
    CHECK(Cursor("{9}\r\nshort").string() == std::nullopt);
    CHECK(Cursor("{99999999999999999999}\r\nx").string() == std::nullopt);
    CHECK(Cursor("{-1}\r\nx").string() == std::nullopt);
}

TEST_CASE("a value is skipped with all that is inside, however deep") {
    Cursor nested("(a (b \"(\" {1}\r\n)) ()) next");
    CHECK(nested.skip_value());
    CHECK(nested.rest() == " next");
    const std::string deep(100'000, '(');
    CHECK_FALSE(Cursor(deep).skip_value());
    const std::string closed = deep + std::string(100'000, ')');
    CHECK(Cursor(closed).skip_value());
    CHECK_FALSE(Cursor(")").skip_value());
    CHECK_FALSE(Cursor("").skip_value());
}

TEST_CASE("a LIST line that nobody can read is a folder that nobody can size") {
    for (const char* text : {"", "(", "(\\a \"/\" x", "() ", "() \"/\"", "() \"/\" \"\"", "nonsense"}) {
        const auto line = mailquotad::imap::parse_list(Cursor(text));
        CHECK(line.selectable);
        CHECK(line.role == std::nullopt);
    }
}

TEST_CASE("lines that are cut anywhere are read without harm") {
    const std::string_view lines[] = {
        R"(INBOX (MESSAGES 3 SIZE 4 UIDVALIDITY 5 MAILBOXID (F1)))", R"("User quota" (STORAGE 1 2 MESSAGE 3 4))",
        R"(("" "/" "X" ("a")) (("o/" "/")) NIL)", R"((UID 5 RFC822.SIZE 6 FLAGS (\Seen)))",
        R"((\Sent (a)) "/" {4}
abcd ("CHILDINFO" ("x")))"};
    for (const std::string_view line : lines) {
        for (std::size_t cut = 0; cut <= line.size(); ++cut) {
            const Cursor body(line.substr(0, cut));
            mailquotad::imap::parse_list(body);
            mailquotad::imap::parse_status(body);
            mailquotad::imap::parse_quota(body);
            mailquotad::imap::parse_quotaroot(body);
            mailquotad::imap::parse_namespace(body);
            mailquotad::imap::parse_fetch(body);
        }
    }
    CHECK_FALSE(mailquotad::imap::parse_status(Cursor("x")));
}
