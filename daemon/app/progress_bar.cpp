#include "app/progress_bar.h"

#include "app/text_table.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <iostream>
#include <string_view>
#include <utility>

namespace mailquotad::app {

ProgressBar::ProgressBar(std::string what) : what_(std::move(what)), on_terminal_(::isatty(2) == 1) {}

ProgressBar::~ProgressBar() {
    if (drawn_)
        std::cerr << "\r\033[K" << std::flush;
}

void ProgressBar::show(std::int64_t done, std::int64_t all) {
    constexpr std::chrono::milliseconds often{100};
    const auto now = std::chrono::steady_clock::now();
    if (!on_terminal_ || (drawn_ && now - last_ < often))
        return;
    last_ = now;
    drawn_ = true;
    std::cerr << '\r' << progress_text(done, all, what_, columns_of(2)) << "\033[K" << std::flush;
}

std::string progress_text(std::int64_t done, std::int64_t all, const std::string& what, std::size_t width) {
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
        bar += static_cast<double>(i + 1) <= ratio * static_cast<double>(cells) ? "█" : "░";
    return bar + "] " + percent + counted;
}

std::size_t columns_of(int descriptor) {
    constexpr std::size_t usual = 100;
    if (const char* text = std::getenv("COLUMNS"); text != nullptr) {
        const std::string_view digits = text;
        std::size_t columns = 0;
        const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), columns);
        if (error == std::errc{} && end == digits.data() + digits.size() && columns > 0)
            return columns;
    }
    winsize size{};
    return ::ioctl(descriptor, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : usual;
}

} // namespace mailquotad::app
