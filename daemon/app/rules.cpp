#include "app/rules.h"

#include "os/clock.h"

namespace mailquotad::app {

AlertRules rules_for(const settings::Settings& settings, const settings::Mailbox& mailbox) {
    return {.confirm_after = settings.alerts.confirm_after,
            .quiet_hours = settings.alerts.quiet_hours,
            .days_off = settings.alerts.days_off,
            .per_hour = settings.alerts.per_hour,
            .owner_wants_notice = mailbox.owner.notice,
            .can_mail = settings.smtp.has_value(),
            .may_mail = mailbox.tell != settings::Tell::nobody,
            .has_webmaster = settings.smtp && !settings.smtp->admin.empty() && mailbox.tell == settings::Tell::owner &&
                             !mailbox.owner.mail.empty()};
}

Circumstances circumstances_of(store::Database& database, const std::string& slug, Time now) {
    return {.now = now,
            .local = os::local_time(now),
            .mails_last_hour = database.owner_mails_since(now - std::chrono::hours(1)),
            .silenced = database.is_silenced(slug, now),
            .held = false,
            .mail_in_flight = false};
}

} // namespace mailquotad::app
