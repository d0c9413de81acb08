#include "app/text_table.h"

#include <algorithm>
#include <cstdint>

namespace mailquotad::app {

namespace {

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

bool is_combining(std::uint32_t code) {
    return (code >= 0x300 && code <= 0x36F) || (code >= 0xFE00 && code <= 0xFE0F) || code == 0x200D;
}

bool is_wide(std::uint32_t code) {
    return (code >= 0x1100 && code <= 0x115F) || (code >= 0x2E80 && code <= 0xA4CF) ||
           (code >= 0xAC00 && code <= 0xD7A3) || (code >= 0xF900 && code <= 0xFAFF) ||
           (code >= 0xFF00 && code <= 0xFF60) || (code >= 0x1F300 && code <= 0x1FAFF);
}

std::string_view colour_code(TextTable::Colour colour) {
    switch (colour) {
    case TextTable::Colour::green:
        return "\033[32m";
    case TextTable::Colour::blue:
        return "\033[34m";
    case TextTable::Colour::yellow:
        return "\033[33m";
    case TextTable::Colour::red:
        return "\033[31m";
    case TextTable::Colour::magenta:
        return "\033[35m";
    default:
        return "";
    }
}

std::string padded(const std::string& text, std::size_t width, TextTable::Align align) {
    const std::size_t taken = terminal_width(text);
    const std::string blanks(width > taken ? width - taken : 0, ' ');
    return align == TextTable::Align::left ? text + blanks : blanks + text;
}

} // namespace

std::size_t terminal_width(std::string_view text) {
    std::size_t width = 0;
    for (std::size_t at = 0; at < text.size();) {
        const std::uint32_t code = next_code_point(text, at);
        width += is_combining(code) ? 0 : is_wide(code) ? 2 : 1;
    }
    return width;
}

TextTable::TextTable(std::vector<std::pair<std::string, Align>> columns) : columns_(std::move(columns)) {}

void TextTable::add(std::vector<std::string> cells, std::size_t coloured, Colour colour) {
    cells.resize(columns_.size());
    rows_.push_back({.cells = std::move(cells), .coloured = coloured, .colour = colour});
}

std::string TextTable::to_string(bool colour) const {
    std::vector<std::size_t> widths;
    for (std::size_t column = 0; column < columns_.size(); ++column) {
        std::size_t width = terminal_width(columns_[column].first);
        for (const Row& row : rows_)
            width = std::max(width, terminal_width(row.cells[column]));
        widths.push_back(width);
    }
    std::string text;
    const auto add_line = [&](const std::vector<std::string>& cells, std::size_t coloured, Colour with) {
        std::string line;
        for (std::size_t column = 0; column < cells.size(); ++column) {
            std::string cell = padded(cells[column], widths[column], columns_[column].second);
            if (colour && column == coloured && with != Colour::none)
                cell = std::string(colour_code(with)) + cell + "\033[0m";
            line += (column == 0 ? "" : "  ") + cell;
        }
        line.erase(line.find_last_not_of(' ') + 1);
        text += line + '\n';
    };
    std::vector<std::string> titles;
    for (const auto& [title, align] : columns_)
        titles.push_back(title);
    add_line(titles, 0, Colour::none);
    for (const Row& row : rows_)
        add_line(row.cells, row.coloured, row.colour);
    return text;
}

} // namespace mailquotad::app
