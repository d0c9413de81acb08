// A bar that moves along on a terminal, and nothing anywhere else.
#pragma once

#include "app/terminal_look.h"

#include <chrono>
#include <cstdint>
#include <string>

namespace mailquotad::app {

/// Draws on stderr where that is a terminal. Cleans up after itself.
class ProgressBar {
public:
    /// `what` is counted: "messages".
    explicit ProgressBar(std::string what);
    ~ProgressBar();
    ProgressBar(const ProgressBar&) = delete;
    ProgressBar& operator=(const ProgressBar&) = delete;

    /// At most ten times a second.
    void show(std::int64_t done, std::int64_t all);
    /// Takes the bar away, for a line of text; the next `show` draws it again.
    void clear();

private:
    std::string what_;
    bool on_terminal_;
    bool drawn_ = false;
    std::chrono::steady_clock::time_point last_{};
};

/// The bar's text without control characters: "[████░░░░░░] 42 %, 420000 of 1000000 messages".
std::string progress_text(std::int64_t done, std::int64_t all, const std::string& what, const TerminalLook& look);

} // namespace mailquotad::app
