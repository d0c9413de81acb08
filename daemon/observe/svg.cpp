#include "observe/svg.h"

#include <cmath>
#include <cstdlib>

namespace mailquotad::observe {

std::string svg_number(double value) {
    const long long hundredths = std::isfinite(value) ? std::llround(value * 100) : 0;
    const long long size = std::llabs(hundredths);
    std::string text = (hundredths < 0 ? "-" : "") + std::to_string(size / 100);
    if (size % 100 != 0) {
        text += (size % 100 < 10 ? ".0" : ".") + std::to_string(size % 100 % 10 == 0 ? size % 100 / 10 : size % 100);
    }
    return text;
}

} // namespace mailquotad::observe
