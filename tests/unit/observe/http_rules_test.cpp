#include "catch.h"
#include "observe/http_rules.h"

namespace mailquotad::observe {

TEST_CASE("only names that no foreign DNS can claim are our own", "[http]") {
    const std::vector<std::string> hosts = {"quota.verein.example"};
    for (const char* own :
         {"127.0.0.1", "127.0.0.1:19993", "10.1.2.3:80", "[::1]", "[::1]:19993", "[2001:db8::1]:1", "localhost",
          "LocalHost:19993", "quota.verein.example", "Quota.Verein.Example:443", "127.0.0.1:"}) {
        INFO(own);
        CHECK(is_own_host(own, hosts));
    }
    for (const char* foreign :
         {"", ":80", "evil.example", "evil.example:19993", "localhost.evil.example", "127.0.0.1.evil.example",
          "evil.example#127.0.0.1", "127.0.0.1@evil.example", "[::1", "[evil]", "[]", "[::1]x", "127.0.0.1:80:80",
          "127.0.0.1:x", "::1", "quota.verein.example.", "127.1", "0x7f000001", "localhost "}) {
        INFO(foreign);
        CHECK_FALSE(is_own_host(foreign, hosts));
    }
}

TEST_CASE("the language with the highest weight among those that are there is chosen", "[http]") {
    const std::vector<std::string> available = {"de", "en"};
    const auto choose = [&](const char* header) { return choose_language(header, available, "de"); };
    CHECK(choose("") == "de");
    CHECK(choose("en") == "en");
    CHECK(choose("EN-gb") == "en");
    CHECK(choose("fr, en;q=0.5, de;q=0.7") == "de");
    CHECK(choose("de;q=0.3,en;q=0.31") == "en");
    CHECK(choose("fr-CH, fr;q=0.9, *;q=0.5") == "de");
    CHECK(choose("en;q=0") == "de");
    CHECK(choose("en;q=7, fr") == "de");
    CHECK(choose("en;level=1;q=0.4, de;q=0.2") == "en");
    CHECK(choose(";;,,q=,-;q") == "de");
    CHECK(choose("english") == "de");
}

TEST_CASE("a path segment is decoded, a broken escape is not", "[http]") {
    CHECK(from_path_segment("kim") == "kim");
    CHECK(from_path_segment("a%20b%2Fc%c3%A4") == "a b/c\xC3\xA4");
    CHECK(from_path_segment("").value() == "");
    CHECK_FALSE(from_path_segment("%"));
    CHECK_FALSE(from_path_segment("a%2"));
    CHECK_FALSE(from_path_segment("%zz"));
    CHECK_FALSE(from_path_segment("%-1"));
}

TEST_CASE("a date is written as HTTP wants it", "[http]") {
    CHECK(to_http_date(784111777) == "Sun, 06 Nov 1994 08:49:37 GMT");
    CHECK(to_http_date(0) == "Thu, 01 Jan 1970 00:00:00 GMT");
}

} // namespace mailquotad::observe
