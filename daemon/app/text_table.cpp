#include "app/text_table.h"

#include <algorithm>
#include <cstddef>
#include <sstream>
#include <string_view>

namespace mailquotad::app {

namespace {

constexpr std::size_t kGap = 2;
constexpr std::size_t kComfortable = 24; ///< a column is cut so far before another one is left out
constexpr std::size_t kLeast = 10;       ///< and so far afterwards

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

/// The lines of a text in so many columns; at least one.
std::vector<std::string> broken(const std::string& text, std::size_t width) {
    std::istringstream lines(fit_lines(text, {.columns = width, .bounded = true}));
    std::vector<std::string> result;
    for (std::string line; std::getline(lines, line);)
        result.push_back(line);
    return result.empty() ? std::vector<std::string>{""} : result;
}

/// Of all columns; one of width 0 is left out.
std::size_t total(const std::vector<std::size_t>& widths) {
    std::size_t sum = 0;
    for (const std::size_t width : widths)
        sum += width == 0 ? 0 : (sum == 0 ? 0 : kGap) + width;
    return sum;
}

} // namespace

TextTable::TextTable(std::vector<Column> columns) : columns_(std::move(columns)) {}

void TextTable::add(std::vector<std::string> cells, std::size_t coloured, Colour colour) {
    cells.resize(columns_.size());
    rows_.push_back({.cells = std::move(cells), .coloured = coloured, .colour = colour});
}

std::vector<std::size_t> TextTable::natural_widths() const {
    std::vector<std::size_t> widths;
    for (std::size_t column = 0; column < columns_.size(); ++column) {
        std::size_t width = 0;
        for (const Row& row : rows_)
            width = std::max(width, terminal_width(row.cells[column]));
        const bool is_empty = width == 0 && !rows_.empty();
        widths.push_back(is_empty ? 0 : std::max(width, terminal_width(columns_[column].title)));
    }
    return widths;
}

std::vector<std::size_t> TextTable::fitted_widths(const TerminalLook& look) const {
    std::vector<std::size_t> widths = natural_widths();
    if (!look.bounded)
        return widths;
    const auto cut_to = [&](std::size_t least) { // the widest first
        while (total(widths) > look.columns) {
            std::size_t widest = columns_.size();
            for (std::size_t i = 0; i < columns_.size(); ++i) {
                const bool can = columns_[i].narrow == Narrow::cut && widths[i] > least;
                if (can && (widest == columns_.size() || widths[i] > widths[widest]))
                    widest = i;
            }
            if (widest == columns_.size())
                return;
            --widths[widest];
        }
    };
    const std::vector<std::size_t> natural = widths;
    cut_to(kComfortable);
    for (std::size_t i = columns_.size(); i-- > 0 && total(widths) > look.columns;) {
        if (columns_[i].narrow != Narrow::drop)
            continue;
        for (std::size_t other = 0; other < columns_.size(); ++other)
            widths[other] = widths[other] == 0 ? 0 : natural[other];
        widths[i] = 0;
        cut_to(kComfortable);
    }
    cut_to(kLeast);
    return widths;
}

bool TextTable::fits(const TerminalLook& look) const {
    return !look.bounded || total(natural_widths()) <= look.columns;
}

std::string TextTable::line(const Row& row, const std::vector<std::size_t>& widths, const TerminalLook& look) const {
    std::string text;
    std::size_t begin = 0; // of the last column that is shown
    std::size_t last_width = 0;
    std::vector<std::string> rest;
    for (std::size_t column = 0; column < row.cells.size(); ++column) {
        if (widths[column] == 0)
            continue;
        begin = text.empty() ? 0 : begin + kGap;
        text += text.empty() ? "" : std::string(kGap, ' ');
        const bool is_last = std::all_of(widths.begin() + static_cast<std::ptrdiff_t>(column) + 1, widths.end(),
                                         [](std::size_t width) { return width == 0; });
        std::vector<std::string> lines{row.cells[column]};
        if (is_last && begin > 0 && columns_[column].narrow == Narrow::cut)
            lines = broken(row.cells[column], widths[column]);
        std::string cell =
            padded(shortened(lines.front(), widths[column], look.unicode), widths[column], columns_[column].align);
        if (look.colour && column == row.coloured && row.colour != Colour::none)
            cell = std::string(colour_code(row.colour)) + cell + "\033[0m";
        text += cell;
        last_width = widths[column];
        rest.assign(lines.begin() + 1, lines.end());
        if (!is_last)
            begin += widths[column];
    }
    text.erase(text.find_last_not_of(' ') + 1);
    for (const std::string& more : rest)
        text += '\n' + std::string(begin, ' ') + shortened(more, last_width, look.unicode);
    return text + '\n';
}

std::string TextTable::to_string(const TerminalLook& look) const {
    const std::vector<std::size_t> widths = fitted_widths(look);
    Row titles{.cells = {}, .coloured = 0, .colour = Colour::none};
    for (const Column& column : columns_)
        titles.cells.push_back(column.title);
    std::string text = line(titles, widths, look);
    for (const Row& row : rows_)
        text += line(row, widths, look);
    return text;
}

} // namespace mailquotad::app
