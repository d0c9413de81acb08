#include "observe/treemap.h"

#include "catch.h"
#include "observe/svg.h"

#include <cmath>
#include <limits>

namespace mailquotad::observe {

TEST_CASE("areas are in proportion, side by side and inside", "[treemap]") {
    const std::vector<double> sizes = {6, 6, 4, 3, 2, 2, 1};
    const std::vector<Area> areas = squarified(sizes, 6, 4);
    REQUIRE(areas.size() == sizes.size());
    for (std::size_t i = 0; i < areas.size(); ++i) {
        const Area& one = areas[i];
        CHECK(one.width * one.height == Approx(sizes[i]));
        CHECK(one.x >= -1e-9);
        CHECK(one.x + one.width <= 6 + 1e-9);
        CHECK(one.y + one.height <= 4 + 1e-9);
        for (std::size_t j = 0; j < i; ++j) {
            const Area& other = areas[j];
            const double across = std::min(one.x + one.width, other.x + other.width) - std::max(one.x, other.x);
            const double down = std::min(one.y + one.height, other.y + other.height) - std::max(one.y, other.y);
            CHECK((across < 1e-9 || down < 1e-9));
        }
    }
    // The example of the paper: the first two stand upon each other, three wide and two high.
    CHECK(areas[0].width == Approx(3));
    CHECK(areas[1].height == Approx(2));
}

TEST_CASE("one area is the whole, and none is nothing", "[treemap]") {
    CHECK(squarified({}, 6, 4).empty());
    const std::vector<double> one = {1e18};
    CHECK(squarified(one, 6, 4).front().height == Approx(4));
}

TEST_CASE("numbers of drawings are short and the same in every locale", "[treemap]") {
    CHECK(svg_number(0) == "0");
    CHECK(svg_number(12.5) == "12.5");
    CHECK(svg_number(0.049) == "0.05");
    CHECK(svg_number(-3.1) == "-3.1");
    CHECK(svg_number(std::numeric_limits<double>::quiet_NaN()) == "0");
}

} // namespace mailquotad::observe
