// What happens by itself, without an event: following the clock, and thinning out what is old.
#pragma once

#include "app/clock_watch.h"
#include "app/visits.h"
#include "store/database.h"

namespace mailquotad::app {

class Upkeep {
public:
    explicit Upkeep(const os::Clock& clock) : clock_(clock), watch_(clock) {}

    /// At the start no mail waits for the back-off of an earlier process; that of other daemons, which live, does.
    /// Throws store::StoreError.
    void begin(store::Database& database) const;
    /// After the machine slept or its clock was set, everything is looked at anew, and no mail waits for a time that
    /// was reckoned by the old one. Once a day history beyond its retention goes, never by a clock that was set less
    /// than a day ago. Throws store::StoreError.
    /// `tidies`: of several daemons one alone thins out.
    void turn(Visits& visits, store::Database& database, bool tidies = true);

private:
    const os::Clock& clock_;
    ClockWatch watch_;
    Time tidied_at_{};
};

} // namespace mailquotad::app
