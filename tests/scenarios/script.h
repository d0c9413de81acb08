// A scenario's text as values.
#pragma once

#include "scenarios/world.h"

#include <string>
#include <vector>

namespace mailquotad::scenarios {

/// Something that happens at a moment.
struct Step {
    int era = 0; ///< how often the clock was set before
    int day = 1; ///< 1 is the first
    std::chrono::minutes minute_of_day{0};
    std::vector<std::string> words;
};

struct Script {
    WorldOptions world;
    std::vector<Step> steps; ///< in the order of time
    int end_day = 0;         ///< the end is the beginning of this day
    std::vector<std::string> expected;
};

/// Throws std::invalid_argument that names a line that is not understood.
Script read_script(const std::string& text);

/// A whole number, "+2" and "-3" too. Throws std::invalid_argument.
std::int64_t whole_number(const std::string& text);

} // namespace mailquotad::scenarios
