// Columns of text for a terminal.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mailquotad::app {

/// Collects rows and aligns them by what a terminal shows, not by bytes. Cells must already be harmless.
class TextTable {
public:
    enum class Align { left, right };
    enum class Colour { none, green, blue, yellow, red, magenta };

    explicit TextTable(std::vector<std::pair<std::string, Align>> columns);
    /// One cell per column; the cell number `coloured` gets the colour.
    void add(std::vector<std::string> cells, std::size_t coloured, Colour colour);
    void add(std::vector<std::string> cells) { add(std::move(cells), 0, Colour::none); }
    [[nodiscard]] std::string to_string(bool colour) const;

private:
    struct Row {
        std::vector<std::string> cells;
        std::size_t coloured;
        Colour colour;
    };
    std::vector<std::pair<std::string, Align>> columns_;
    std::vector<Row> rows_;
};

/// Columns that UTF-8 text takes on a terminal, one for each code point that is no combining mark, two for wide ones.
std::size_t terminal_width(std::string_view text);

} // namespace mailquotad::app
