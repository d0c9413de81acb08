// Keeps the same line from filling the log a thousand times.
#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace mailquotad::observe {

/// Counts lines that say the same of different mailboxes, and says which of them are one too many. Times are those of a
/// steady clock. Not thread-safe.
class RepeatLimiter {
public:
    using Moment = std::chrono::steady_clock::time_point;

    static constexpr std::chrono::minutes kWindow{10};
    static constexpr int kLinesInWindow = 20;
    static constexpr std::size_t kMostKinds = 1000; ///< beyond them everything is let through

    /// Whether a line of this kind may be written now: the first ones of a window may.
    bool admit(const std::string& kind, Moment now);

    /// How many lines of a kind were held back in a window that is over.
    struct HeldBack {
        std::string kind;
        int lines = 0;
    };
    /// Those whose window is over at this moment; they are forgotten. Moment::max() for all.
    std::vector<HeldBack> take_over(Moment now);

private:
    struct Window {
        Moment begin;
        int lines = 0;
    };
    std::map<std::string, Window> windows_;
};

/// What of a text stays the same when it speaks of another mailbox, time or amount: `name` and digits are taken out.
std::string kind_of_text(std::string_view text, std::string_view name);

} // namespace mailquotad::observe
