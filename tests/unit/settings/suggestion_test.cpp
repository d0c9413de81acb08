#include "catch.h"
#include "settings/settings_keys.h"
#include "settings/suggestion.h"

using namespace mailquotad::settings;

TEST_CASE("distance counts inserted, deleted, replaced and swapped letters") {
    CHECK(distance("", "") == 0);
    CHECK(distance("", "abc") == 3);
    CHECK(distance("abc", "") == 3);
    CHECK(distance("interval", "interval") == 0);
    CHECK(distance("intervall", "interval") == 1);
    CHECK(distance("intevral", "interval") == 1);
    CHECK(distance("Per-Server", "per_server") == 0);
    CHECK(distance("kitten", "sitting") == 3);
}

TEST_CASE("the nearest word is suggested when it is near") {
    const std::vector<std::string> words = {"interval", "timeout", "workers"};
    CHECK(nearest("intervall", words) == "interval");
    CHECK(nearest("tiemout", words) == "timeout");
    CHECK_FALSE(nearest("retries", words));
    CHECK_FALSE(nearest("", words));
    CHECK_FALSE(nearest("in", words));
    CHECK_FALSE(nearest(std::string(100000, 'x'), words));
}

TEST_CASE("a suggestion is the nearest word, or all that are allowed") {
    CHECK(suggestion("worker", {"interval", "workers"}) == "did you mean \"workers\"?");
    CHECK(suggestion("retries", {"interval", "workers"}) == "allowed here: interval, workers");
    CHECK(suggestion("x", {}) == "none is known here");
}

TEST_CASE("a key below the wrong table is told where it belongs") {
    CHECK(about_unknown_key("intervall", "poll") == "unknown key; did you mean \"interval\"?");
    CHECK_THAT(about_unknown_key("per_server", ""), ContainsSubstring("did you mean poll.per_server?"));
    CHECK_THAT(about_unknown_key("zzz", "http"), ContainsSubstring("allowed here: listen, hosts"));
}
