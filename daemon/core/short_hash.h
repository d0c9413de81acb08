// A short name for a longer text: tells texts apart, hides them from the eye, is no secret and no proof.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace mailquotad {

/// FNV-1a, 64 bits.
std::uint64_t fnv1a(std::string_view text);

/// The same as hexadecimal digits.
std::string short_hash(std::string_view text);

} // namespace mailquotad
