#include "notify/quoted_printable.h"

#include "core/escape.h"

#include <algorithm>
#include <array>

namespace mailquotad::notify {
namespace {

constexpr std::size_t kLine = 76;

std::string escaped(char c) {
    static constexpr std::array<char, 16> kHex = {'0', '1', '2', '3', '4', '5', '6', '7',
                                                  '8', '9', 'A', 'B', 'C', 'D', 'E', 'F'};
    const auto byte = static_cast<unsigned char>(c);
    return {'=', kHex[byte >> 4U], kHex[byte & 15U]};
}

bool is_blank(char c) {
    return c == ' ' || c == '\t';
}

bool is_literal(char c) {
    return is_blank(c) || (c > ' ' && c < '\x7f' && c != '=');
}

bool is_continuation(char c) {
    return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U;
}

void encode_line(std::string& out, std::string_view line) {
    std::size_t column = 0;
    for (std::size_t i = 0; i < line.size();) {
        std::size_t length = 1; // one character, never torn apart by a soft line break
        while (i + length < line.size() && is_continuation(line[i + length])) {
            ++length;
        }
        const bool last = i + length == line.size();
        const bool at_risk = (last && is_blank(line[i])) || (i == 0 && (line.starts_with("From ") || line == "."));
        std::string piece;
        for (const char c : line.substr(i, length)) {
            piece += is_literal(c) && !at_risk ? std::string(1, c) : escaped(c);
        }
        if (column + piece.size() + (last ? 0 : 1) > kLine) {
            out += "=\r\n";
            column = 0;
        }
        // The rest of a broken line could begin like a line at risk.
        if (column == 0 && i > 0 && (piece == "." || line.substr(i).starts_with("From "))) {
            piece = escaped(line[i]);
        }
        out += piece;
        column += piece.size();
        i += length;
    }
    out += "\r\n";
}

} // namespace

std::string quoted_printable(std::string_view text) {
    std::string clean = to_valid_utf8(text);
    std::erase_if(
        clean, [](char c) { return c != '\n' && c != '\t' && (static_cast<unsigned char>(c) < ' ' || c == '\x7f'); });
    std::string out;
    for (std::string_view rest = clean; !rest.empty();) {
        const auto end = std::min(rest.find('\n'), rest.size());
        encode_line(out, rest.substr(0, end));
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    return out;
}

} // namespace mailquotad::notify
