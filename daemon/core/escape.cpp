#include "core/escape.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <iterator>

namespace mailquotad {

namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD"; // U+FFFD

/// A character, or a byte that begins none.
struct Character {
    char32_t code = 0;
    std::string_view bytes;
    bool valid = false;
};

struct Range {
    char32_t first;
    char32_t last;
};

constexpr Range kControls[] = {{0x00, 0x1F}, {0x7F, 0x9F}, {0x2028, 0x2029}};

constexpr Range kBidi[] = {{0x061C, 0x061C}, {0x200E, 0x200F}, {0x202A, 0x202E}, {0x2066, 0x2069}};

// What no reader sees: zero-width, formatting and tag characters, and code points that are no characters.
constexpr Range kInvisible[] = {
    {0x00AD, 0x00AD}, {0x034F, 0x034F}, {0x115F, 0x1160},   {0x17B4, 0x17B5},   {0x180B, 0x180F},   {0x200B, 0x200D},
    {0x2060, 0x2065}, {0x206A, 0x206F}, {0x3164, 0x3164},   {0xFDD0, 0xFDEF},   {0xFEFF, 0xFEFF},   {0xFFA0, 0xFFA0},
    {0xFFF0, 0xFFFB}, {0xFFFE, 0xFFFF}, {0x1BCA0, 0x1BCA3}, {0x1D173, 0x1D17A}, {0xE0000, 0xE00FF}, {0xE01F0, 0xE0FFF}};

template <std::size_t N>
bool is_in(const Range (&ranges)[N], char32_t code) {
    return std::any_of(std::begin(ranges), std::end(ranges),
                       [code](const Range& range) { return code >= range.first && code <= range.last; });
}

bool is_dangerous(char32_t code) {
    return is_in(kControls, code) || is_in(kBidi, code) || is_in(kInvisible, code);
}

std::uint8_t byte_at(std::string_view text, std::size_t i) {
    return static_cast<std::uint8_t>(text[i]);
}

// RFC 3629 section 4: how many bytes begin with `lead`, and which second bytes keep out overlong forms, surrogates
// and what lies beyond U+10FFFF.
struct Sequence {
    std::size_t length = 0;
    std::uint8_t second_first = 0x80;
    std::uint8_t second_last = 0xBF;
};

Sequence sequence_of(std::uint8_t lead) {
    if (lead < 0x80)
        return {1};
    if (lead >= 0xC2 && lead <= 0xDF)
        return {2};
    if (lead >= 0xE0 && lead <= 0xEF)
        return {3, static_cast<std::uint8_t>(lead == 0xE0 ? 0xA0 : 0x80),
                static_cast<std::uint8_t>(lead == 0xED ? 0x9F : 0xBF)};
    if (lead >= 0xF0 && lead <= 0xF4)
        return {4, static_cast<std::uint8_t>(lead == 0xF0 ? 0x90 : 0x80),
                static_cast<std::uint8_t>(lead == 0xF4 ? 0x8F : 0xBF)};
    return {0};
}

// Takes one character, or one byte where none begins; `text` must not be empty.
Character take(std::string_view& text) {
    const std::uint8_t lead = byte_at(text, 0);
    const Sequence sequence = sequence_of(lead);
    Character character{lead, text.substr(0, 1), sequence.length == 1};
    if (sequence.length > 1 && text.size() >= sequence.length && byte_at(text, 1) >= sequence.second_first &&
        byte_at(text, 1) <= sequence.second_last) {
        char32_t code = lead & (0xFFU >> (sequence.length + 1));
        std::size_t i = 1;
        for (; i < sequence.length && (byte_at(text, i) & 0xC0U) == 0x80; ++i)
            code = (code << 6U) | (byte_at(text, i) & 0x3FU);
        if (i == sequence.length)
            character = {code, text.substr(0, sequence.length), true};
    }
    text.remove_prefix(character.bytes.size());
    return character;
}

// One pass over the characters: `put` appends what shall stand for each.
template <typename Put>
std::string rewrite(std::string_view text, Put put) {
    std::string result;
    result.reserve(text.size());
    while (!text.empty())
        put(result, take(text));
    return result;
}

void append_escape(std::string& result, const Character& character) {
    std::array<char, 16> text{};
    const char* format = "\\x%02x";
    if (character.valid && character.code > 0xFFFF)
        format = "\\U%08x";
    else if (character.valid && character.code >= 0x80)
        format = "\\u%04x";
    std::snprintf(text.data(), text.size(), format, static_cast<unsigned>(character.code));
    result += text.data();
}

std::string_view html_entity(char32_t code) {
    switch (code) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    case '\'':
        return "&#39;";
    default:
        return {};
    }
}

} // namespace

std::string for_terminal(std::string_view text) {
    if (std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~'; }))
        return std::string(text);
    return rewrite(text, [](std::string& result, const Character& character) {
        if (!character.valid || is_dangerous(character.code))
            append_escape(result, character);
        else
            result += character.bytes;
    });
}

std::string for_nagios(std::string_view text) {
    std::string result = for_terminal(text);
    std::replace(result.begin(), result.end(), '|', '/');
    return result;
}

std::string for_perfdata_label(std::string_view text) {
    std::string result = for_nagios(text);
    std::replace_if(
        result.begin(), result.end(), [](char c) { return c == '\'' || c == '='; }, '/');
    return result;
}

std::string for_html(std::string_view text) {
    return rewrite(text, [](std::string& result, const Character& character) {
        if (!character.valid || is_dangerous(character.code))
            result += kReplacement;
        else if (const std::string_view entity = html_entity(character.code); !entity.empty())
            result += entity;
        else
            result += character.bytes;
    });
}

std::string for_json(std::string_view text) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    std::string escaped;
    for (const char c : to_valid_utf8(text)) {
        const auto byte = static_cast<unsigned char>(c);
        if (c == '\n')
            escaped += "\\n";
        else if (byte < 0x20 || byte == 0x7f)
            escaped.append("\\u00").append(1, kDigits[byte >> 4]).append(1, kDigits[byte & 15]);
        else if (c == '"' || c == '\\')
            escaped.append(1, '\\').append(1, c);
        else
            escaped += c;
    }
    return escaped;
}

std::string for_header(std::string_view text) {
    return rewrite(text, [](std::string& result, const Character& character) {
        if (!character.valid)
            result += kReplacement;
        else if (is_in(kControls, character.code) || is_in(kBidi, character.code))
            result += ' ';
        else
            result += character.bytes;
    });
}

bool is_valid_utf8(std::string_view text) {
    while (!text.empty())
        if (!take(text).valid)
            return false;
    return true;
}

std::string to_valid_utf8(std::string_view text) {
    return rewrite(text, [](std::string& result, const Character& character) {
        result += character.valid ? character.bytes : kReplacement;
    });
}

} // namespace mailquotad
