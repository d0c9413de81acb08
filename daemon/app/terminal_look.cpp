#include "app/terminal_look.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <cstdlib>
#include <optional>

#include <sys/ioctl.h>
#include <unistd.h>

namespace mailquotad::app {

namespace {

constexpr std::size_t kUsualColumns = 100;

std::string_view environment(const char* name) {
    const char* value = std::getenv(name);
    return value == nullptr ? std::string_view() : std::string_view(value);
}

bool locale_is_utf8() {
    for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
        const std::string_view value = environment(name);
        if (value.empty())
            continue;
        return value.find("UTF-8") != std::string_view::npos || value.find("utf8") != std::string_view::npos ||
               value.find("utf-8") != std::string_view::npos || value.find("UTF8") != std::string_view::npos;
    }
    return false;
}

std::optional<std::size_t> columns_told() {
    const std::string_view digits = environment("COLUMNS");
    std::size_t columns = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), columns);
    const bool good = error == std::errc{} && end == digits.data() + digits.size() && columns > 0;
    return good ? std::optional(columns) : std::nullopt;
}

/// Decodes one code point of valid UTF-8 and moves on.
std::uint32_t next_code_point(std::string_view text, std::size_t& at) {
    const auto byte = [&text](std::size_t i) { return static_cast<unsigned char>(i < text.size() ? text[i] : 0); };
    const unsigned char lead = byte(at);
    const int length = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    std::uint32_t code = length == 1 ? lead : lead & (0xFFU >> (length + 1));
    for (int i = 1; i < length; ++i)
        code = (code << 6) | (byte(at + static_cast<std::size_t>(i)) & 0x3FU);
    at += static_cast<std::size_t>(length);
    return code;
}

struct Range {
    std::uint32_t first;
    std::uint32_t last;
};

// Marks that stand over or under the character before (Unicode: Mn, Me, and joiners), in the scripts of mail folders.
constexpr Range kCombining[] = {
    {0x300, 0x36F},   {0x483, 0x489},   {0x591, 0x5BD},    {0x5BF, 0x5BF},   {0x5C1, 0x5C2},   {0x5C4, 0x5C5},
    {0x610, 0x61A},   {0x64B, 0x65F},   {0x670, 0x670},    {0x6D6, 0x6DC},   {0x6DF, 0x6E4},   {0x900, 0x902},
    {0x93C, 0x93C},   {0x941, 0x948},   {0x94D, 0x94D},    {0xE31, 0xE31},   {0xE34, 0xE3A},   {0xE47, 0xE4E},
    {0x1AB0, 0x1AFF}, {0x1DC0, 0x1DFF}, {0x200B, 0x200F},  {0x20D0, 0x20F0}, {0x302A, 0x302D}, {0x3099, 0x309A},
    {0xFE00, 0xFE0F}, {0xFE20, 0xFE2F}, {0x1F3FB, 0x1F3FF}};

// East Asian wide and full width characters, and pictures (Unicode: East_Asian_Width W and F).
constexpr Range kWide[] = {
    {0x1100, 0x115F},   {0x231A, 0x231B},  {0x23E9, 0x23EC}, {0x2614, 0x2615}, {0x26A1, 0x26A1},   {0x26BD, 0x26BE},
    {0x2705, 0x2705},   {0x2728, 0x2728},  {0x274C, 0x274C}, {0x2753, 0x2755}, {0x2757, 0x2757},   {0x2795, 0x2797},
    {0x2B50, 0x2B50},   {0x2B55, 0x2B55},  {0x2E80, 0x303E}, {0x3041, 0xA4CF}, {0xA960, 0xA97C},   {0xAC00, 0xD7A3},
    {0xF900, 0xFAFF},   {0xFE30, 0xFE6F},  {0xFF00, 0xFF60}, {0xFFE0, 0xFFE6}, {0x1F300, 0x1F64F}, {0x1F680, 0x1F6FF},
    {0x1F900, 0x1FAFF}, {0x20000, 0x3FFFD}};

template <std::size_t N>
bool is_in(const Range (&ranges)[N], std::uint32_t code) {
    return std::any_of(std::begin(ranges), std::end(ranges),
                       [code](const Range& range) { return code >= range.first && code <= range.last; });
}

std::size_t width_of(std::uint32_t code) {
    if (code < 0x300)
        return 1;
    return is_in(kCombining, code) ? 0 : is_in(kWide, code) ? 2 : 1;
}

/// Where a colour that begins here ends; the same place where none begins.
std::size_t behind_colour(std::string_view text, std::size_t at) {
    if (!text.substr(at).starts_with("\033["))
        return at;
    const std::size_t end = text.find('m', at);
    return end == std::string_view::npos ? text.size() : end + 1;
}

/// Where the text behind a label begins: after the first run of two blanks or more, or behind the indentation.
std::size_t hanging_indent(std::string_view line, std::size_t columns) {
    const std::size_t first = std::min(line.find_first_not_of(' '), line.size());
    const std::size_t gap = line.find("  ", first);
    if (gap == std::string_view::npos)
        return std::min(first, columns / 2);
    const std::size_t text = terminal_width(line.substr(0, std::min(line.find_first_not_of(' ', gap), line.size())));
    return text <= columns / 2 ? text : std::min(first, columns / 2);
}

/// The blank at which a line of this width can end; npos where there is none behind the indentation.
std::size_t break_in(std::string_view line, std::size_t columns, std::size_t indent) {
    std::size_t best = std::string_view::npos;
    std::size_t width = 0;
    for (std::size_t at = 0; at < line.size() && width <= columns;) {
        if (line[at] == ' ' && width > indent)
            best = at;
        const std::size_t behind = behind_colour(line, at);
        if (behind != at)
            at = behind;
        else
            width += width_of(next_code_point(line, at));
    }
    return best;
}

} // namespace

std::size_t columns_of(int descriptor) {
    if (const auto told = columns_told())
        return *told;
    winsize size{};
    return ::ioctl(descriptor, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : kUsualColumns;
}

bool can_redraw(int descriptor) {
    return ::isatty(descriptor) == 1 && environment("TERM") != "dumb";
}

TerminalLook look_of(int descriptor) {
    return {.columns = columns_of(descriptor),
            .bounded = ::isatty(descriptor) == 1 || columns_told().has_value(),
            .unicode = locale_is_utf8(),
            .colour = can_redraw(descriptor) && environment("NO_COLOR").empty()};
}

std::size_t terminal_width(std::string_view text) {
    std::size_t width = 0;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t behind = behind_colour(text, at);
        if (behind != at)
            at = behind;
        else
            width += width_of(next_code_point(text, at));
    }
    return width;
}

std::string shortened(std::string_view text, std::size_t width, bool unicode) {
    if (terminal_width(text) <= width)
        return std::string(text);
    std::size_t end = 0;
    std::size_t taken = 0;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t begin = at;
        taken += width_of(next_code_point(text, at));
        if (taken + 1 > width) {
            end = begin;
            break;
        }
    }
    return std::string(text.substr(0, end)) + (unicode ? "…" : "~");
}

std::string fit_lines(const std::string& text, const TerminalLook& look) {
    if (!look.bounded)
        return text;
    std::string fitted;
    for (std::size_t begin = 0; begin < text.size();) {
        const std::size_t end = std::min(text.find('\n', begin), text.size());
        std::string line = text.substr(begin, end - begin);
        const std::size_t indent = hanging_indent(line, look.columns);
        while (terminal_width(line) > look.columns) {
            const std::size_t at = break_in(line, look.columns, indent);
            if (at == std::string::npos)
                break; // a word that is wider than the terminal
            std::string head = line.substr(0, at);
            head.erase(head.find_last_not_of(' ') + 1);
            fitted += head + '\n';
            line = std::string(indent, ' ') + line.substr(std::min(line.find_first_not_of(' ', at), line.size()));
        }
        fitted += line;
        if (end < text.size())
            fitted += '\n';
        begin = end + 1;
    }
    return fitted;
}

} // namespace mailquotad::app
