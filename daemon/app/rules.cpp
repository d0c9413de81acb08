#include "app/rules.h"

#include "os/clock.h"

#include <algorithm>

namespace mailquotad::app {

AlertRules rules_for(const settings::Settings& settings, const settings::Mailbox& mailbox) {
    return {.confirm_after = settings.alerts.confirm_after,
            .quiet_hours = settings.alerts.quiet_hours,
            .per_hour = settings.alerts.per_hour,
            .owner_wants_notice = mailbox.owner.notice,
            .can_mail = settings.smtp.has_value()};
}

Circumstances circumstances_of(store::Database& database, const std::string& slug, Time now) {
    const auto silences = database.silences(now);
    const bool silenced = std::any_of(silences.begin(), silences.end(),
                                      [&slug](const store::Silence& silence) { return silence.mailbox == slug; });
    return {.now = now,
            .local = os::local_time(now),
            .mails_last_hour = database.owner_mails_since(now - std::chrono::hours(1)),
            .silenced = silenced,
            .held = false};
}

} // namespace mailquotad::app
