// Notices that the machine slept or that somebody set its clock.
#pragma once

#include "os/clock.h"

namespace mailquotad::app {

/// Compares the two clocks: the steady one stands still while the machine sleeps and never jumps.
class ClockWatch {
public:
    explicit ClockWatch(const os::Clock& clock) : clock_(clock), apart_(measure()) {}

    /// How far the system's clock moved against the steady one since the last call; less than a minute is none.
    [[nodiscard]] Seconds jump();

private:
    [[nodiscard]] Seconds measure() const;

    const os::Clock& clock_;
    Seconds apart_;
};

} // namespace mailquotad::app
