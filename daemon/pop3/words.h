// Words and numbers of protocol lines: ASCII only, no locale, no overflow.
#pragma once

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace mailquotad::pop3 {

/// An ASCII letter in upper case; any other byte as it is.
constexpr char upper(char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
}

/// The text with its ASCII letters in upper case.
inline std::string upper(std::string_view text) {
    std::string result(text);
    std::transform(result.begin(), result.end(), result.begin(), [](char c) { return upper(c); });
    return result;
}

/// Whether `text` holds `part`, ignoring the case of ASCII letters.
constexpr bool contains_ignoring_case(std::string_view text, std::string_view part) {
    return std::search(text.begin(), text.end(), part.begin(), part.end(),
                       [](char x, char y) { return upper(x) == upper(y); }) != text.end();
}

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
