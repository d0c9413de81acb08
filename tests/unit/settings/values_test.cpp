#include "catch.h"
#include "settings/values.h"

using namespace mailquotad::settings;
using namespace std::chrono_literals;

TEST_CASE("a percentage has its sign and lies between 0 and 100") {
    CHECK(parse_percent("80%") == 0.8);
    CHECK(parse_percent("12.5%") == 0.125);
    CHECK(parse_percent("0%") == 0.0);
    CHECK(parse_percent("100%") == 1.0);
    for (const auto* wrong : {"", "%", "80", "101%", "-1%", "+1%", "8 %", "1e1%", "nan%", "inf%", "0x1%", "80%%",
                              " 80%", "99999999999999999999999999999999%"})
        CHECK_FALSE(parse_percent(wrong));
}

TEST_CASE("a time of day has two digits each") {
    CHECK(parse_time_of_day("00:00") == 0min);
    CHECK(parse_time_of_day("20:05") == 1205min);
    CHECK(parse_time_of_day("23:59") == 1439min);
    for (const auto* wrong : {"", "7:00", "24:00", "12:60", "12.00", "12:0x", "-1:00", "12:00 "})
        CHECK_FALSE(parse_time_of_day(wrong));
}

TEST_CASE("a digest has a weekday and a time") {
    CHECK(parse_weekly("Mon 07:00") == Weekly{std::chrono::Monday, 7h});
    CHECK(parse_weekly("Sun 23:59") == Weekly{std::chrono::Sunday, 1439min});
    for (const auto* wrong : {"", "Mo 07:00", "mon 07:00", "Mon 7:00", "Mon", "Mon  07:00", "Montag 07:00"})
        CHECK_FALSE(parse_weekly(wrong));
}

TEST_CASE("where HTTP listens is an address and a port") {
    CHECK(parse_listen("127.0.0.1:19993") == Http{"127.0.0.1", 19993});
    CHECK(parse_listen("[::1]:80") == Http{"::1", 80});
    CHECK(parse_listen("localhost:0") == Http{"localhost", 0});
    for (const auto* wrong : {"", "80", ":80", "::1:80", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:-1",
                              "[::1]80", "[::1", "[x]:80", "[]:80", "a b:80", "http://127.0.0.1:80"})
        CHECK_FALSE(parse_listen(wrong));
}

TEST_CASE("a mail address is one bare address") {
    for (const auto* right :
         {"kim@verein.example", "kim.muster+x@verein.example", "web1p1@localhost", "jörg@bücher.example"})
        CHECK(is_mail_address(right));
    for (const auto* wrong :
         {"", "kim", "@verein.example", "kim@", "kim@a..b", "kim@.a", "kim@a.", ".kim@a", "kim.@a", "k..m@a", "kim @a",
          "Kim <kim@a>", "kim@a,kai@a", "kim@a b", "kim@a\r\nBcc: x@y", "k\xff@a", "kim@[127.0.0.1]", "\"k m\"@a"})
        CHECK_FALSE(is_mail_address(wrong));
    CHECK_FALSE(is_mail_address(std::string(65, 'a') + "@verein.example"));
    CHECK_FALSE(is_mail_address("kim@" + std::string(260, 'a')));
}

TEST_CASE("a sender may have a name") {
    CHECK(address_in("Webmaster·in <w@verein.example>") == "w@verein.example");
    CHECK(address_in("w@verein.example") == "w@verein.example");
    CHECK(address_in(" <w@verein.example> ") == "w@verein.example");
    for (const auto* wrong : {"", "W", "W <w>", "W <w@v", "W w@v>", "A <a@b> <c@d>", "W <w@v>\r\nBcc: x@y"})
        CHECK(address_in(wrong).empty());
}

TEST_CASE("a pin is the base64 of 32 bytes") {
    const std::string right = "sha256//47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";
    CHECK(is_pin(right));
    CHECK_FALSE(is_pin(""));
    CHECK_FALSE(is_pin(right.substr(8)));
    CHECK_FALSE(is_pin(right.substr(0, right.size() - 1)));
    CHECK_FALSE(is_pin(right + "="));
    CHECK_FALSE(is_pin("sha256//47DEQpj8HBSa-/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="));
    CHECK_FALSE(is_pin("sha256//47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFV="));
}

TEST_CASE("names are what can safely be part of a path, a label or an environment") {
    CHECK(is_slug("kim-2"));
    CHECK_FALSE(is_slug("Kim"));
    CHECK_FALSE(is_slug(""));
    CHECK_FALSE(is_slug(std::string(41, 'a')));
    CHECK(is_credential_name("kim.muster@verein.example"));
    for (const auto* wrong : {"", "..", ".kim", "a/b", "../kim", "kim muster"})
        CHECK_FALSE(is_credential_name(wrong));
    CHECK(is_variable_name("KIM_2"));
    CHECK_FALSE(is_variable_name("2KIM"));
    CHECK_FALSE(is_variable_name("$KIM"));
    CHECK(is_data_name("pt-BR"));
    CHECK_FALSE(is_data_name("../de"));
}

TEST_CASE("a time zone is a file of the time zone database") {
    CHECK(is_known_zone("Europe/Berlin"));
    CHECK(is_known_zone("UTC"));
    for (const auto* wrong : {"", "Europe", "Europe/Berln", "../zoneinfo/UTC", "/usr/share/zoneinfo/UTC", "zone.tab",
                              "leapseconds", "CEST-2"})
        CHECK_FALSE(is_known_zone(wrong));
    const auto names = zone_names();
    CHECK(std::find(names.begin(), names.end(), "Europe/Berlin") != names.end());
}
