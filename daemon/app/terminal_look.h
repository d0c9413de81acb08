// What a terminal can show, and text that fits it.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace mailquotad::app {

/// How to print for whoever reads it.
struct TerminalLook {
    std::size_t columns = 80;
    bool bounded = false; ///< no line may be wider; false in a pipe, where everything is printed
    bool unicode = true;  ///< else plain ASCII
    bool colour = false;
};

/// What the descriptor can show: its width ($COLUMNS, else what the terminal says, else 100), UTF-8 by the locale,
/// colour on a terminal without NO_COLOR and with a TERM other than "dumb".
TerminalLook look_of(int descriptor);

/// Columns of the terminal at `descriptor`: $COLUMNS, else what the terminal says, else 100.
std::size_t columns_of(int descriptor);

/// Whether lines there can be drawn over: a terminal that is not "dumb".
bool can_redraw(int descriptor);

/// Columns that UTF-8 text takes on a terminal, one for each code point that is no combining mark, two for wide ones;
/// colours take none.
std::size_t terminal_width(std::string_view text);

/// The text where it fits, else its beginning with "…" (in ASCII "~"), cut between characters. Without colours.
std::string shortened(std::string_view text, std::size_t width, bool unicode);

/// Breaks lines that are too wide at blanks; what follows hangs below the beginning of the text, behind a label such as
/// "Stage      ". Unchanged where the look is not bounded.
std::string fit_lines(const std::string& text, const TerminalLook& look);

} // namespace mailquotad::app
