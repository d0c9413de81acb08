// Columns of text for a terminal.
#pragma once

#include "app/terminal_look.h"

#include <cstddef>
#include <string>
#include <vector>

namespace mailquotad::app {

/// Collects rows and aligns them by what a terminal shows, not by bytes. Cells must already be harmless.
class TextTable {
public:
    enum class Align { left, right };
    enum class Colour { none, green, blue, yellow, red, magenta };
    /// What becomes of a column where the terminal is too narrow: it stays, its texts are cut (behind other columns:
    /// broken into lines), or it is left out (the last of those first).
    enum class Narrow { keep, cut, drop };

    struct Column {
        std::string title;
        Align align = Align::left;
        Narrow narrow = Narrow::keep;
    };

    explicit TextTable(std::vector<Column> columns);
    /// One cell per column; the cell number `coloured` gets the colour.
    void add(std::vector<std::string> cells, std::size_t coloured, Colour colour);
    void add(std::vector<std::string> cells) { add(std::move(cells), 0, Colour::none); }
    /// No line is wider than a bounded look, as far as its columns allow. A column without any text is left out.
    [[nodiscard]] std::string to_string(const TerminalLook& look) const;
    /// Whether every text is shown whole at this look.
    [[nodiscard]] bool fits(const TerminalLook& look) const;

private:
    struct Row {
        std::vector<std::string> cells;
        std::size_t coloured;
        Colour colour;
    };
    [[nodiscard]] std::vector<std::size_t> natural_widths() const;
    [[nodiscard]] std::vector<std::size_t> fitted_widths(const TerminalLook& look) const;
    [[nodiscard]] std::string line(const Row& row, const std::vector<std::size_t>& widths,
                                   const TerminalLook& look) const;

    std::vector<Column> columns_;
    std::vector<Row> rows_;
};

} // namespace mailquotad::app
