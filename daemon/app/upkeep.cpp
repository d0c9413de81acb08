#include "app/upkeep.h"

#include "app/daemon_log.h"

namespace mailquotad::app {

void Upkeep::turn(Visits& visits, store::Database& database) {
    const Time now = clock_.now();
    if (const Seconds jump = watch_.jump(); jump != Seconds(0)) {
        log_clock_jump(jump);
        visits.hasten_all(clock_.steady());
        tidied_at_ = now;
        database.retry_all_mail(now);
    }
    if (now - tidied_at_ < Days(1))
        return;
    tidied_at_ = now;
    database.prune(now);
}

} // namespace mailquotad::app
