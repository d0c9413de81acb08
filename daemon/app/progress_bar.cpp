#include "app/progress_bar.h"

#include <algorithm>
#include <iostream>
#include <utility>

namespace mailquotad::app {

ProgressBar::ProgressBar(std::string what) : what_(std::move(what)), on_terminal_(can_redraw(2)) {}

ProgressBar::~ProgressBar() {
    clear();
}

void ProgressBar::clear() {
    if (drawn_)
        std::cerr << "\r\033[K" << std::flush;
    drawn_ = false;
}

void ProgressBar::show(std::int64_t done, std::int64_t all) {
    constexpr std::chrono::milliseconds often{100};
    const auto now = std::chrono::steady_clock::now();
    if (!on_terminal_ || (drawn_ && now - last_ < often))
        return;
    last_ = now;
    drawn_ = true;
    std::cerr << '\r' << progress_text(done, all, what_, look_of(2)) << "\033[K" << std::flush;
}

std::string progress_text(std::int64_t done, std::int64_t all, const std::string& what, const TerminalLook& look) {
    const std::size_t width = look.columns;
    constexpr std::size_t longest = 30;
    constexpr std::size_t shortest = 5;
    const double ratio = all > 0 ? std::clamp(static_cast<double>(done) / static_cast<double>(all), 0.0, 1.0) : 0;
    const std::string percent = std::to_string(static_cast<int>(ratio * 100)) + " %";
    const std::string counted = ", " + std::to_string(done) + " of " + std::to_string(all) + ' ' + what;
    const std::size_t needed = percent.size() + counted.size() + 4; // brackets, a blank, and the last column free
    if (width < needed + shortest)
        return percent;
    const std::size_t cells = std::min(longest, width - needed);
    std::string bar = "[";
    for (std::size_t i = 0; i < cells; ++i)
        bar += static_cast<double>(i + 1) <= ratio * static_cast<double>(cells) ? (look.unicode ? "█" : "#")
                                                                                : (look.unicode ? "░" : "-");
    return bar + "] " + percent + counted;
}

} // namespace mailquotad::app
