// What happens by itself, without an event: following the clock, and thinning out what is old.
#pragma once

#include "app/clock_watch.h"
#include "app/visits.h"
#include "store/database.h"

namespace mailquotad::app {

class Upkeep {
public:
    explicit Upkeep(const os::Clock& clock) : clock_(clock), watch_(clock) {}

    /// After the machine slept or its clock was set, everything is looked at anew, and no mail waits for a time that
    /// was reckoned by the old one. Once a day history beyond its retention goes, never by a clock that was set less
    /// than a day ago. Throws store::StoreError.
    void turn(Visits& visits, store::Database& database);

private:
    const os::Clock& clock_;
    ClockWatch watch_;
    Time tidied_at_{};
};

} // namespace mailquotad::app
