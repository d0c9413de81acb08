#include "catch.h"

#include "core/endpoint.h"

#include <string>

using namespace mailquotad;

namespace {

ServerUrl parsed(std::string_view url) {
    const auto result = parse_server_url(url);
    INFO(url);
    REQUIRE(result);
    return *result;
}

} // namespace

TEST_CASE("each scheme has its protocol, its TLS and its port") {
    CHECK(parsed("imaps://h").endpoint == Endpoint{Protocol::imap, TlsMode::implicit, "h", 993});
    CHECK(parsed("imap+starttls://h").endpoint == Endpoint{Protocol::imap, TlsMode::starttls, "h", 143});
    CHECK(parsed("imap://h").endpoint == Endpoint{Protocol::imap, TlsMode::plaintext, "h", 143});
    CHECK(parsed("pop3s://h").endpoint == Endpoint{Protocol::pop3, TlsMode::implicit, "h", 995});
    CHECK(parsed("pop3+starttls://h").endpoint == Endpoint{Protocol::pop3, TlsMode::starttls, "h", 110});
    CHECK(parsed("pop3://h").endpoint == Endpoint{Protocol::pop3, TlsMode::plaintext, "h", 110});
    CHECK(parsed("smtps://h").endpoint == Endpoint{Protocol::smtp, TlsMode::implicit, "h", 465});
    CHECK(parsed("smtp+starttls://h").endpoint == Endpoint{Protocol::smtp, TlsMode::starttls, "h", 587});
    CHECK(parsed("smtp://h").endpoint == Endpoint{Protocol::smtp, TlsMode::plaintext, "h", 25});
}

TEST_CASE("scheme and host are read in any case and kept in lower case") {
    CHECK(parsed("IMAPS://P2.Qloc.DE").endpoint == Endpoint{Protocol::imap, TlsMode::implicit, "p2.qloc.de", 993});
}

TEST_CASE("a port replaces the scheme's own within 1 to 65535") {
    CHECK(parsed("imaps://h:1").endpoint.port == 1);
    CHECK(parsed("imaps://h:19993").endpoint.port == 19993);
    CHECK(parsed("imaps://h:65535").endpoint.port == 65535);
    for (const char* bad :
         {"imaps://h:", "imaps://h:0", "imaps://h:65536", "imaps://h:99999", "imaps://h:100000", "imaps://h:-1",
          "imaps://h:+1", "imaps://h: 1", "imaps://h:1 ", "imaps://h:0x10", "imaps://h:993:993", "imaps://h:imaps"})
        CHECK_FALSE(parse_server_url(bad));
}

TEST_CASE("a user is percent-decoded") {
    CHECK(parsed("imaps://h").user.empty());
    CHECK(parsed("imaps://kim@h").user == "kim");
    const ServerUrl url = parsed("imaps://kim.muster%40verein.example@p2.qloc.de:993");
    CHECK(url.user == "kim.muster@verein.example");
    CHECK(url.endpoint.host == "p2.qloc.de");
    CHECK(parsed("imaps://a%3Ab%2fc%25@h").user == "a:b/c%");
    CHECK(parsed("imaps://m%C3%BCller@h").user == "müller");
    CHECK(parsed("imaps://müller+x*master@h").user == "müller+x*master");
}

TEST_CASE("a password, a raw at sign and a broken escape in the user are refused") {
    for (const char* bad :
         {"imaps://kim:secret@h", "imaps://kim:@h", "imaps://:@h", "imaps://@h", "imaps://kim@verein.example@h",
          "imaps://kim%@h", "imaps://kim%4@h", "imaps://kim%zz@h", "imaps://kim%4g@h", "imaps://kim%-1@h",
          "imaps://kim;AUTH=PLAIN@h", "imaps://kim muster@h", "imaps://a/b@h", "imaps://a?b@h", "imaps://a#b@h"})
        CHECK_FALSE(parse_server_url(bad));
}

TEST_CASE("control characters and invalid UTF-8 are refused wherever they stand") {
    for (const std::string& bad :
         {std::string("imaps://h\r\n"), std::string("imaps://h\n.example"), std::string("imaps://kim\t@h"),
          std::string("imaps://kim%0d%0aA1@h"), std::string("imaps://kim%00@h"), std::string("imaps://kim%7f@h"),
          std::string("imaps://kim%ff@h"), std::string("imaps://kim\xFF@h"), std::string("imaps://h\0", 10),
          std::string("imaps://h:99\0003", 14), std::string("\x01imaps://h")})
        CHECK_FALSE(parse_server_url(bad));
}

TEST_CASE("an IPv6 address stands in brackets") {
    CHECK(parsed("imaps://[::1]").endpoint.host == "::1");
    CHECK(parsed("imaps://kim@[2001:DB8::25]:1993").endpoint ==
          Endpoint{Protocol::imap, TlsMode::implicit, "2001:db8::25", 1993});
    for (const char* good : {"imaps://[::]", "imaps://[1:2:3:4:5:6:7:8]", "imaps://[1::8]", "imaps://[1:2:3:4:5:6:7::]",
                             "imaps://[::2:3:4:5:6:7:8]", "imaps://[::ffff:192.0.2.1]", "imaps://[64:ff9b::192.0.2.1]",
                             "imaps://[1:2:3:4:5:6:192.0.2.1]"})
        CHECK(parse_server_url(good));
}

TEST_CASE("a malformed IPv6 address is refused") {
    for (const char* bad : {"imaps://::1",
                            "imaps://[::1",
                            "imaps://::1]",
                            "imaps://[]",
                            "imaps://[1]",
                            "imaps://[:]",
                            "imaps://[:::]",
                            "imaps://[1:2:3:4:5:6:7]",
                            "imaps://[1:2:3:4:5:6:7:8:9]",
                            "imaps://[1::2::3]",
                            "imaps://[12345::]",
                            "imaps://[g::1]",
                            "imaps://[1:2:3:4:5:6:7:8::]",
                            "imaps://[::1]x",
                            "imaps://[::1]:",
                            "imaps://[::1]993",
                            "imaps://[::192.0.2]",
                            "imaps://[::192.0.2.256]",
                            "imaps://[192.0.2.1::]",
                            "imaps://[192.0.2.1]",
                            "imaps://[fe80::1%25eth0]",
                            "imaps://[:1:2:3:4:5:6:7]",
                            "imaps://[1:2:3:4:5:6:7:]"})
        CHECK_FALSE(parse_server_url(bad));
}

TEST_CASE("names, IPv4 addresses and a trailing dot are hosts") {
    for (const char* good : {"imaps://localhost", "imaps://192.0.2.1", "imaps://mail-1.example.", "imaps://a_b.example",
                             "imaps://xn--mller-kva.example"})
        CHECK(parse_server_url(good));
}

TEST_CASE("what is no host is refused") {
    const std::string label(63, 'a');
    const std::string name = label + "." + label + "." + label + "." + std::string(61, 'a');
    CHECK(parse_server_url("imaps://" + name));
    CHECK_FALSE(parse_server_url("imaps://" + name + "a"));
    CHECK_FALSE(parse_server_url("imaps://a" + label));
    for (const char* bad : {"imaps://", "imaps://.", "imaps://..", "imaps://a..b", "imaps://.a", "imaps://-a",
                            "imaps://a-", "imaps://a b", "imaps://a,b", "imaps://a%62", "imaps://m\xC3\xBCller.example",
                            "imaps://kim@", "imaps://:993", "imaps://*"})
        CHECK_FALSE(parse_server_url(bad));
}

TEST_CASE("other texts are no server URLs") {
    for (const char* bad : {"", "h", "imaps", "imaps:", "imaps:h", "imaps:/h", "//h", "://h", "https://h", "imap4://h",
                            "imaps+starttls://h", " imaps://h", "imaps ://h", "imaps://h/", "imaps://h/INBOX",
                            "imaps://h?x", "imaps://h#x", "imaps://h\\x", "imaps://imaps://h"})
        CHECK_FALSE(parse_server_url(bad));
}

TEST_CASE("an endpoint is written as it is read") {
    for (const char* url :
         {"imaps://mail.example", "imap+starttls://mail.example", "imap://mail.example", "pop3s://mail.example:1995",
          "pop3+starttls://h", "pop3://h", "smtps://192.0.2.1", "smtp+starttls://[2001:db8::1]:25", "smtp://[::1]"})
        CHECK(to_string(parsed(url).endpoint) == url);
    CHECK(to_string(parsed("imaps://h:993").endpoint) == "imaps://h");
}
