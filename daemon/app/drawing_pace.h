// How often all mailboxes are looked through: after each event while that is cheap, seldom where they are thousands.
#pragma once

#include "os/clock.h"

#include <algorithm>
#include <optional>

namespace mailquotad::app {

/// Lets something take at most a fiftieth of a thread's time, but rest for ten seconds at most, and tells when what was
/// put off is due.
class DrawingPace {
public:
    /// Whether it may begin now. If not, it is owed from then on.
    bool begin(os::SteadyTime now) {
        owed_ = now < not_before_;
        began_ = now;
        return !owed_;
    }

    /// To be told at the end of what began.
    void end(os::SteadyTime now) {
        not_before_ = now + std::min<os::SteadyTime::duration>(49 * (now - began_), kLongestRest);
    }

    /// Does the work where it may begin now.
    template <typename Work>
    void run(const os::Clock& clock, Work work) {
        if (!begin(clock.steady()))
            return;
        work();
        end(clock.steady());
    }

    /// The sooner of this moment and the one at which something owed may begin.
    [[nodiscard]] std::optional<os::SteadyTime> sooner(std::optional<os::SteadyTime> other) const {
        return owed_ ? std::min(other.value_or(not_before_), not_before_) : other;
    }

private:
    static constexpr std::chrono::seconds kLongestRest{10};
    os::SteadyTime began_{};
    os::SteadyTime not_before_{};
    bool owed_ = false;
};

} // namespace mailquotad::app
