#include "app/drawing_pace.h"
#include "catch.h"

namespace mailquotad::app {
namespace {

using namespace std::chrono_literals;

const os::SteadyTime kBegin{1h};

} // namespace

TEST_CASE("what costs nothing is drawn after each event", "[pace]") {
    DrawingPace pace;
    for (int turn = 0; turn < 3; ++turn) {
        REQUIRE(pace.begin(kBegin));
        pace.end(kBegin);
        CHECK_FALSE(pace.sooner(std::nullopt));
    }
}

TEST_CASE("what takes a tenth of a second may begin again 4.9 seconds after its end", "[pace]") {
    DrawingPace pace;
    REQUIRE(pace.begin(kBegin));
    pace.end(kBegin + 100ms);
    CHECK_FALSE(pace.begin(kBegin + 4900ms));
    CHECK(pace.sooner(std::nullopt) == kBegin + 5s);
    CHECK(pace.sooner(kBegin + 2min) == kBegin + 5s);
    CHECK(pace.sooner(kBegin + 4950ms) == kBegin + 4950ms);
    CHECK(pace.begin(kBegin + 5s));
}

TEST_CASE("what takes a second rests no longer than ten", "[pace]") {
    DrawingPace pace;
    REQUIRE(pace.begin(kBegin));
    pace.end(kBegin + 1s);
    CHECK_FALSE(pace.begin(kBegin + 10s));
    CHECK(pace.begin(kBegin + 11s));
}

TEST_CASE("nothing is owed when nothing happened since", "[pace]") {
    DrawingPace pace;
    REQUIRE(pace.begin(kBegin));
    pace.end(kBegin + 1s);
    CHECK_FALSE(pace.sooner(std::nullopt));
    CHECK(pace.sooner(kBegin + 2min) == kBegin + 2min);
}

} // namespace mailquotad::app
