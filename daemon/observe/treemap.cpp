#include "observe/treemap.h"

#include <algorithm>
#include <limits>
#include <numeric>

namespace mailquotad::observe {
namespace {

/// The worst ratio of sides in a row of these areas along a side of this length.
double worst_ratio(std::span<const double> row, double sum, double side) {
    const double thickness = sum / side;
    double worst = 0;
    for (const double area : row) {
        const double length = area / thickness;
        worst = std::max({worst, length / thickness, thickness / length});
    }
    return worst;
}

/// How many of the areas make the best first row along a side.
std::size_t best_row(std::span<const double> areas, double side) {
    double sum = 0;
    double best = std::numeric_limits<double>::infinity();
    for (std::size_t count = 1; count <= areas.size(); ++count) {
        sum += areas[count - 1];
        const double worst = worst_ratio(areas.first(count), sum, side);
        if (worst > best) {
            return count - 1;
        }
        best = worst;
    }
    return areas.size();
}

/// Puts a row along the shorter side of `free` and takes it away from there.
void lay(std::span<const double> row, Area& free, std::vector<Area>& laid) {
    const double sum = std::accumulate(row.begin(), row.end(), 0.0);
    const bool upright = free.width >= free.height;
    const double thickness = sum / (upright ? free.height : free.width);
    double at = upright ? free.y : free.x;
    for (const double area : row) {
        const double length = area / thickness;
        laid.push_back(upright ? Area{free.x, at, thickness, length} : Area{at, free.y, length, thickness});
        at += length;
    }
    if (upright) {
        free.x += thickness;
        free.width -= thickness;
    } else {
        free.y += thickness;
        free.height -= thickness;
    }
}

} // namespace

std::vector<Area> squarified(std::span<const double> sizes, double width, double height) {
    const double sum = std::accumulate(sizes.begin(), sizes.end(), 0.0);
    std::vector<double> areas(sizes.begin(), sizes.end());
    for (double& area : areas) {
        area *= width * height / sum;
    }
    std::vector<Area> laid;
    Area free{0, 0, width, height};
    std::span<const double> rest = areas;
    while (!rest.empty()) {
        const std::size_t count = best_row(rest, std::min(free.width, free.height));
        lay(rest.first(count), free, laid);
        rest = rest.subspan(count);
    }
    return laid;
}

} // namespace mailquotad::observe
