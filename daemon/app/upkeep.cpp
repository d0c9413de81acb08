#include "app/upkeep.h"

#include "app/daemon_log.h"

namespace mailquotad::app {

void Upkeep::begin(store::Database& database) const {
    if (!database.is_shared())
        database.retry_all_mail(clock_.now());
}

void Upkeep::turn(Visits& visits, store::Database& database, bool tidies) {
    const Time now = clock_.now();
    if (const Seconds jump = watch_.jump(); jump != Seconds(0)) {
        log_clock_jump(jump);
        visits.hasten_all(clock_.steady());
        tidied_at_ = now;
        database.retry_all_mail(now);
    }
    if (!tidies || now - tidied_at_ < Days(1))
        return;
    tidied_at_ = now;
    database.prune(now);
}

} // namespace mailquotad::app
