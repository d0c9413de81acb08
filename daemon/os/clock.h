// The two clocks as one port: tests have a fake in which both can be moved apart.
#pragma once

#include "core/time.h"

#include <chrono>

namespace mailquotad::os {

/// Steady time for waiting and deadlines; never jumps.
using SteadyTime = std::chrono::steady_clock::time_point;

class Clock {
public:
    virtual ~Clock() = default;
    /// System time, for everything that is stored or shown.
    [[nodiscard]] virtual Time now() const = 0;
    /// Steady time, for everything that is waited for.
    [[nodiscard]] virtual SteadyTime steady() const = 0;
};

class SystemClock final : public Clock {
public:
    [[nodiscard]] Time now() const override;
    [[nodiscard]] SteadyTime steady() const override;
};

/// The wall clock of a zone of the C library ("Europe/Berlin"). The zone is process-wide: set it once with set_zone.
[[nodiscard]] LocalTime local_time(Time time);

/// Makes `zone` the process's time zone. False where the machine does not know it (the zone stays as it was).
/// Not to be called while other threads format times.
bool set_zone(const std::string& zone);

} // namespace mailquotad::os
