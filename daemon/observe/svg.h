// Numbers as SVG attributes write them.
#pragma once

#include <string>

namespace mailquotad::observe {

/// With at most two digits after the point, whatever the locale: "12.5", "-3", "0".
std::string svg_number(double value);

} // namespace mailquotad::observe
