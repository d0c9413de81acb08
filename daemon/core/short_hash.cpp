#include "core/short_hash.h"

#include <array>
#include <charconv>

namespace mailquotad {

std::uint64_t fnv1a(std::string_view text) {
    std::uint64_t value = 14695981039346656037ULL;
    for (const char c : text) {
        value = (value ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
    }
    return value;
}

std::string short_hash(std::string_view text) {
    std::array<char, 16> digits{};
    const auto [end, error] = std::to_chars(digits.data(), digits.data() + digits.size(), fnv1a(text), 16);
    return {digits.data(), end};
}

} // namespace mailquotad
