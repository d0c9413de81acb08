// A short name for a longer text: tells texts apart, hides them from the eye, is no secret and no proof.
#pragma once

#include <string>
#include <string_view>

namespace mailquotad {

/// FNV-1a, 64 bits, as hexadecimal digits.
std::string short_hash(std::string_view text);

} // namespace mailquotad
