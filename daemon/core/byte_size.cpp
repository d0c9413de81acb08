#include "core/byte_size.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace mailquotad {

namespace {

struct SizeUnit {
    std::string_view name;
    std::int64_t bytes;
};

constexpr std::array<SizeUnit, 9> kUnits{{{"B", 1},
                                          {"kB", 1'000},
                                          {"KiB", 1LL << 10},
                                          {"MB", 1'000'000},
                                          {"MiB", 1LL << 20},
                                          {"GB", 1'000'000'000},
                                          {"GiB", 1LL << 30},
                                          {"TB", 1'000'000'000'000},
                                          {"TiB", 1LL << 40}}};

// Six digits keep fraction × unit below 2^63, so that no floating point is needed.
constexpr std::size_t kMostDecimals = 6;

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

std::string_view take_digits(std::string_view& text) {
    const auto end = std::find_if_not(text.begin(), text.end(), is_digit);
    const std::string_view digits = text.substr(0, static_cast<std::size_t>(end - text.begin()));
    text.remove_prefix(digits.size());
    return digits;
}

std::optional<std::int64_t> number(std::string_view digits) {
    std::int64_t value = 0;
    const char* end = digits.data() + digits.size();
    const auto [stop, error] = std::from_chars(digits.data(), end, value);
    if (error != std::errc{} || stop != end)
        return std::nullopt;
    return value;
}

// The bytes of 0.DIGITS of a unit, rounded down.
std::int64_t fraction_of(std::string_view digits, std::int64_t unit_bytes) {
    std::int64_t scale = 1;
    for (std::size_t i = 0; i < digits.size(); ++i)
        scale *= 10;
    return digits.empty() ? 0 : number(digits).value_or(0) * unit_bytes / scale;
}

} // namespace

std::int64_t saturating_add(std::int64_t a, std::int64_t b) {
    std::int64_t sum = 0;
    return __builtin_add_overflow(a, b, &sum) ? kMaxCount : sum;
}

std::int64_t saturating_multiply(std::int64_t a, std::int64_t b) {
    std::int64_t product = 0;
    return __builtin_mul_overflow(a, b, &product) ? kMaxCount : product;
}

std::optional<ByteSize> parse_byte_size(std::string_view text) {
    const auto whole = number(take_digits(text));
    if (!whole)
        return std::nullopt;
    std::string_view decimals;
    if (text.starts_with('.')) {
        text.remove_prefix(1);
        decimals = take_digits(text);
        if (decimals.empty() || decimals.size() > kMostDecimals)
            return std::nullopt;
    }
    if (text.starts_with(' '))
        text.remove_prefix(1);
    const auto unit = std::find_if(kUnits.begin(), kUnits.end(), [&](const SizeUnit& u) { return u.name == text; });
    if (unit == kUnits.end() || (unit->bytes == 1 && !decimals.empty()))
        return std::nullopt;
    std::int64_t bytes = 0;
    if (__builtin_mul_overflow(*whole, unit->bytes, &bytes) ||
        __builtin_add_overflow(bytes, fraction_of(decimals, unit->bytes), &bytes))
        return std::nullopt;
    return ByteSize{bytes};
}

std::string to_string(ByteSize size) {
    std::string shortest = std::to_string(size.bytes) + "B";
    if (size.bytes == 0)
        return shortest;
    for (const SizeUnit& unit : kUnits) {
        if (size.bytes % unit.bytes != 0)
            continue;
        std::string text = std::to_string(size.bytes / unit.bytes).append(unit.name);
        // Later in the table is larger, and reads better at equal length.
        if (text.size() <= shortest.size())
            shortest = std::move(text);
    }
    return shortest;
}

} // namespace mailquotad
