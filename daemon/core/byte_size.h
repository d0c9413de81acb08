// Sizes in bytes as a type of their own, and arithmetic that saturates instead of wrapping.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace mailquotad {

/// A number of bytes, 0 to 2^63-1.
struct ByteSize {
    std::int64_t bytes = 0;
    auto operator<=>(const ByteSize&) const = default;
};

inline constexpr std::int64_t kMaxCount = INT64_MAX;

/// a + b for non-negative numbers; 2^63-1 where the sum is larger.
std::int64_t saturating_add(std::int64_t a, std::int64_t b);

/// a * b for non-negative numbers; 2^63-1 where the product is larger.
std::int64_t saturating_multiply(std::int64_t a, std::int64_t b);

/// Reads "500MiB", "1.5 GB", "0B": a number and one of B, kB, KiB, MB, MiB, GB, GiB, TB, TiB,
/// at most one space between them and six decimals; a part of a byte is dropped.
/// Nothing for any other text, a negative number or one beyond 2^63-1.
std::optional<ByteSize> parse_byte_size(std::string_view text);

/// The shortest exact way to write a size in settings, as a whole number: "500MiB", "5GB", "1234B".
std::string to_string(ByteSize size);

} // namespace mailquotad
