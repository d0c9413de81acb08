// Comparing and cutting of protocol text: ASCII letters only, no locale.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>

namespace mailquotad {

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

/// Whether two texts differ at most in the case of ASCII letters.
constexpr bool equals_ignoring_case(std::string_view a, std::string_view b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) { return upper(x) == upper(y); });
}

/// Whether `text` holds `part`, ignoring the case of ASCII letters.
constexpr bool contains_ignoring_case(std::string_view text, std::string_view part) {
    return std::search(text.begin(), text.end(), part.begin(), part.end(),
                       [](char x, char y) { return upper(x) == upper(y); }) != text.end();
}

/// Whether `text` begins with `start`, ignoring the case of ASCII letters.
constexpr bool starts_with_ignoring_case(std::string_view text, std::string_view start) {
    return text.size() >= start.size() && equals_ignoring_case(text.substr(0, start.size()), start);
}

/// Whether a text can stand in a line of a protocol: CR, LF and NUL would begin another one.
constexpr bool fits_a_line(std::string_view text) {
    return text.find_first_of(std::string_view("\r\n\0", 3)) == std::string_view::npos;
}

/// Takes the next line off a text, without its LF; empty at the end.
constexpr std::string_view take_line(std::string_view& text) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    return line;
}

} // namespace mailquotad
