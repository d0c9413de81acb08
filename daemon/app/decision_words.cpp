#include "app/decision_words.h"

namespace mailquotad::app {

std::string words_for(DecisionReason reason) {
    switch (reason) {
    case DecisionReason::stage_entered:
        return "a mail was sent: the mailbox entered this stage";
    case DecisionReason::stage_raised:
        return "a mail was sent: the stage is higher than the one told before";
    case DecisionReason::reminder_due:
        return "a reminder was sent";
    case DecisionReason::all_clear:
        return "the all-clear was sent";
    case DecisionReason::stage_ok:
        return "no mail: there is nothing to say";
    case DecisionReason::not_a_mailing_stage:
        return "no mail: stage notice mails nobody unless owner.notice = true";
    case DecisionReason::unknown_usage:
        return "no mail: the server tells no quota, and there is no limit in the settings";
    case DecisionReason::not_confirmed:
        return "no mail yet: a second measurement must confirm the stage (alerts.confirm_after)";
    case DecisionReason::already_told:
        return "no mail: the owner was told, and no reminder is due";
    case DecisionReason::mail_waiting:
        return "no further mail: one is in the outbox and was not accepted yet";
    case DecisionReason::quiet_hours:
        return "no mail yet: it is quiet time (alerts.quiet_hours)";
    case DecisionReason::once_a_day:
        return "no mail yet: this mailbox had its mail of the day";
    case DecisionReason::per_hour_limit:
        return "no mail yet: too many mails this hour (alerts.per_hour)";
    case DecisionReason::silenced:
        return "no mail: the mailbox is silenced";
    case DecisionReason::burst_held:
        return "no mail yet: many mailboxes jumped together, the webmaster is asked first";
    case DecisionReason::no_smtp:
        return "no mail: there is no [smtp] in the settings";
    case DecisionReason::stage_falling:
        return "no mail: the stage is lower than what the owner was told";
    case DecisionReason::delivery_refused:
        return "no mail yet: the mail server refused the last one; it is decided anew after a day";
    case DecisionReason::day_off:
        return "no mail yet: today is a day off (alerts.holidays)";
    case DecisionReason::others_first:
        return "no mail yet: the other mailboxes are measured first, in case many jumped together (alerts.burst)";
    case DecisionReason::burst_dropped:
        return "no mail: the webmaster dropped the mails of a burst; a higher stage is mailed";
    case DecisionReason::withdrawn:
        return "no mail: the one that waited was taken back, because what it said is no longer so";
    case DecisionReason::never_mailed:
        return "no mail: the settings say that nobody is mailed about this mailbox (tell)";
    }
    return "";
}

} // namespace mailquotad::app
