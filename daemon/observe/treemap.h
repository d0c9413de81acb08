// A treemap: areas in proportion, as square as they can be (Bruls, Huizing, van Wijk, "Squarified treemaps", 2000).
#pragma once

#include <span>
#include <vector>

namespace mailquotad::observe {

/// A part of a rectangle, in the units of its sides.
struct Area {
    double x = 0;
    double y = 0;
    double width = 0;
    double height = 0;
};

/// Divides a rectangle of this width and height among `sizes`, which are positive and in falling order: an area for
/// each, in the same order.
std::vector<Area> squarified(std::span<const double> sizes, double width, double height);

} // namespace mailquotad::observe
