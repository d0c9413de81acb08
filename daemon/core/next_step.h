// What comes next about a mailbox's mails: the value that `explain` and the pages share.
#pragma once

#include "core/time.h"

#include <optional>

namespace mailquotad {

/// A closed set; every language has a sentence for each.
enum class NextKind {
    confirmation,        ///< a measurement that still says so is followed by the mail
    others_first,        ///< the same, once the other mailboxes were measured too
    after_quiet_hours,   ///< the mail, when the quiet hours are over
    after_days_off,      ///< the mail, on the next day that is not off
    a_day_after_mail,    ///< the mail, a day after the last one
    a_day_after_refusal, ///< it is decided anew, a day after the mail was refused for good
    below_per_hour,      ///< the mail, when fewer mails went out in the last hour
    release,             ///< a burst is held: what is still so goes out, unless the webmaster answers before
    silence_ends,        ///< what is then so is mailed
    delivery,            ///< a waiting mail is offered to the mail server again
    reminder,            ///< if nothing changes
    call,                ///< the webmaster is asked to call, if nothing changes
    measurement,         ///< the next look
};

inline constexpr NextKind kAllNextKinds[] = {
    NextKind::confirmation,   NextKind::others_first,     NextKind::after_quiet_hours,
    NextKind::after_days_off, NextKind::a_day_after_mail, NextKind::a_day_after_refusal,
    NextKind::below_per_hour, NextKind::release,          NextKind::silence_ends,
    NextKind::delivery,       NextKind::reminder,         NextKind::call,
    NextKind::measurement};

struct NextStep {
    NextKind kind = NextKind::measurement;
    std::optional<Time> at; ///< nothing where nobody can tell
    bool operator==(const NextStep&) const = default;
};

} // namespace mailquotad
