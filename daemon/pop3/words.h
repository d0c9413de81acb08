// Words and numbers of POP3 lines: no locale, no overflow.
#pragma once

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <optional>
#include <string_view>

namespace mailquotad::pop3 {

/// Takes the next word off a line, and the spaces before it; empty at the end of the line.
constexpr std::string_view take_word(std::string_view& line) {
    line.remove_prefix(std::min(line.find_first_not_of(' '), line.size()));
    const std::string_view word = line.substr(0, line.find(' '));
    line.remove_prefix(word.size());
    return word;
}

/// A word of digits as a number, 2^63-1 where it is larger. Nothing for any other word.
inline std::optional<std::int64_t> parse_number(std::string_view word) {
    if (word.empty() || word.find_first_not_of("0123456789") != std::string_view::npos) {
        return std::nullopt;
    }
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value);
    return error == std::errc::result_out_of_range ? INT64_MAX : value;
}

} // namespace mailquotad::pop3
