#include "observe/repeat_limiter.h"

#include <algorithm>

namespace mailquotad::observe {

bool RepeatLimiter::admit(const std::string& kind, Moment now) {
    const auto found = windows_.find(kind);
    if (found == windows_.end()) {
        if (windows_.size() < kMostKinds)
            windows_.emplace(kind, Window{.begin = now, .lines = 1});
        return true;
    }
    return ++found->second.lines <= kLinesInWindow;
}

std::vector<RepeatLimiter::HeldBack> RepeatLimiter::take_over(Moment now) {
    std::vector<HeldBack> held;
    std::erase_if(windows_, [&](const auto& entry) {
        const auto& [kind, window] = entry;
        if (now != Moment::max() && now - window.begin < kWindow)
            return false;
        if (window.lines > kLinesInWindow)
            held.push_back({.kind = kind, .lines = window.lines - kLinesInWindow});
        return true;
    });
    return held;
}

std::string kind_of_text(std::string_view text, std::string_view name) {
    std::string kind;
    while (!text.empty()) {
        if (!name.empty() && text.starts_with(name)) {
            text.remove_prefix(name.size());
            continue;
        }
        if (text.front() < '0' || text.front() > '9')
            kind += text.front();
        text.remove_prefix(1);
    }
    return kind;
}

} // namespace mailquotad::observe
