// Where keys stand in a file that was read already.
#include "settings/places.h"

#include "catch.h"

using namespace mailquotad::settings;

namespace {

std::string told(const std::vector<Step>& path) {
    const Places places("[server.\"a.b\"]\nca_file = \"/x\"\n\n[[mailbox]]\naddress = \"Kim@verein.example\"\n"
                        "[[mailbox]]\naddress = \"uli@verein.example\"\npassword = { credential = \"uli\" }\n",
                        "file.toml");
    CHECK(places.mailbox_number("kim@verein.example") == 1);
    CHECK(places.mailbox_number("uli@verein.example") == 2);
    CHECK(places.mailbox_number("toni@verein.example") == 0);
    return to_string(places.problem(Problem::Severity::error, path, "wrong"));
}

} // namespace

TEST_CASE("a problem found later is told at the value of its key, or at the table where the key is absent") {
    CHECK(told({"server", "a.b", "ca_file"}) == "file.toml:2:11: server.\"a.b\".ca_file: wrong");
    CHECK(told({"mailbox", std::size_t{2}, "password"}) == "file.toml:8:12: mailbox[2].password: wrong");
    CHECK(told({"mailbox", std::size_t{2}, "limit"}) == "file.toml:6:1: mailbox[2].limit: wrong");
    CHECK(told({"mailbox", std::size_t{9}}) == "file.toml:4:1: mailbox[9]: wrong");
    CHECK(told({"smtp", "password"}) == "file.toml: smtp.password: wrong");
    CHECK(told({}) == "file.toml: wrong");
}
