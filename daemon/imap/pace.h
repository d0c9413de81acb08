// How much time of a probe is left for work that can be continued by the next one.
#pragma once

#include "os/clock.h"

#include <algorithm>

namespace mailquotad::imap {

/// Work that may be left for the next probe stops a little before the deadline, so that a clean LOGOUT still fits.
class Pace {
public:
    /// The margin is 10 % of `timeout`, at most 2 s.
    Pace(const os::Clock& clock, std::chrono::milliseconds timeout)
        : clock_(clock), stop_at_(clock.steady() + timeout - std::min(timeout / 10, std::chrono::milliseconds{2000})) {}

    /// Whether work that takes about `expected` still fits.
    [[nodiscard]] bool allows(os::SteadyTime::duration expected = {}) const {
        return clock_.steady() + expected < stop_at_;
    }
    [[nodiscard]] os::SteadyTime now() const { return clock_.steady(); }

private:
    const os::Clock& clock_;
    os::SteadyTime stop_at_;
};

} // namespace mailquotad::imap
