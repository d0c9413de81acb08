// What comes next about a mailbox's mails, for `explain` and the pages.
#pragma once

#include "core/alert.h"
#include "core/burst.h"
#include "core/next_step.h"
#include "settings/settings.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mailquotad::app {

/// When a mail that the time of day or a day off holds back may leave; each is computed once, when it is asked for.
class MailTimes {
public:
    /// `alerts` must outlive this object.
    MailTimes(const settings::Alerts& alerts, Time now) : alerts_(alerts), now_(now) {}

    Time after_quiet_hours();
    Time after_days_off();

private:
    const settings::Alerts& alerts_;
    Time now_;
    std::optional<Time> after_quiet_hours_;
    std::optional<Time> after_days_off_;
};

/// All that the next steps about one mailbox depend on.
struct NextFacts {
    const settings::Settings& settings;
    const AlertState& alert;
    const BurstState& burst;
    std::optional<Time> silent_until;
    std::optional<Time> waiting_until; ///< when a waiting mail is offered to the mail server again
    std::optional<Time> measured_at;   ///< nothing: the next measurement is left out
};

/// What happens next and when, the soonest first; what has no time last.
std::vector<NextStep> next_steps(const NextFacts& facts, MailTimes& times);

/// The word for JSON: "mail", "confirmation", "reminder", …
std::string_view what_of(NextKind kind);
/// A sentence in English for people at a shell.
std::string_view words_for(NextKind kind);

} // namespace mailquotad::app
