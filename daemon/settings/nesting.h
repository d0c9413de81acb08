// A look at a TOML text before the parser's: how deep its values would nest.
#pragma once

#include "settings/document.h"

#include <optional>
#include <string_view>

namespace mailquotad::settings {

inline constexpr int kMaxNesting = 64;

/// Where tables, arrays and dotted keys first nest deeper than kMaxNesting; nothing where they never do. toml++ limits
/// neither dotted keys nor the recursion in its destructors, so such a text would overflow the stack.
std::optional<Position> first_deep_nesting(std::string_view text);

} // namespace mailquotad::settings
