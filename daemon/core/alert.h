// Whom to tell what, and when: one pure decision per measurement, with its reason.
#pragma once

#include "core/assessment.h"
#include "core/quiet_times.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mailquotad {

/// What kind of mail goes out about a mailbox.
enum class NotificationKind {
    warning,   ///< the mailbox entered this stage, or a higher one
    reminder,  ///< it is still there
    all_clear, ///< it is ok again, after the owner had been told
    webmaster, ///< what only the webmaster is told: trouble, a question, the digest
};

std::string_view to_string(NotificationKind kind);
std::optional<NotificationKind> parse_notification_kind(std::string_view text);

/// Why a mail was or was not sent: a closed set; log, metric label and `explain` use these words.
enum class DecisionReason {
    // sent
    stage_entered, ///< first mail of this stage in this episode
    stage_raised,  ///< a higher stage than the one told
    reminder_due,  ///< the ladder of the stage says so
    all_clear,     ///< ok again
    // not sent
    stage_ok,            ///< nothing to say
    not_a_mailing_stage, ///< notice, and the owner does not want notices
    unknown_usage,       ///< the server told no quota
    not_confirmed,       ///< waits for the second measurement
    already_told,        ///< told, and no reminder is due
    mail_waiting,        ///< a mail about this is in the outbox, not accepted yet
    quiet_hours,         ///< waits for the morning
    once_a_day,          ///< this mailbox had its mail today
    per_hour_limit,      ///< too many mails over all mailboxes this hour
    silenced,            ///< the webmaster silenced it
    burst_held,          ///< many mailboxes jumped together: the webmaster is asked first
    no_smtp,             ///< there is no [smtp] in the settings
    stage_falling,       ///< lower than what was told, not ok yet
    delivery_refused,    ///< the last mail was refused for good; decided anew a day later
    day_off,             ///< waits for the next day that is no Sunday or holiday
    others_first,        ///< confirmed, and waits until the other mailboxes were measured: many may have jumped
    burst_dropped,       ///< the webmaster dropped the mails of a burst
    withdrawn,           ///< the waiting mail was taken back: what it says is no longer so
    never_mailed,        ///< the settings say that nobody is mailed about this mailbox
};

std::string_view to_string(DecisionReason reason);
std::optional<DecisionReason> parse_decision_reason(std::string_view text);
/// Whether this reason comes with a mail.
bool is_sent(DecisionReason reason);
inline constexpr DecisionReason kAllDecisionReasons[] = {
    DecisionReason::stage_entered,  DecisionReason::stage_raised,  DecisionReason::reminder_due,
    DecisionReason::all_clear,      DecisionReason::stage_ok,      DecisionReason::not_a_mailing_stage,
    DecisionReason::unknown_usage,  DecisionReason::not_confirmed, DecisionReason::already_told,
    DecisionReason::mail_waiting,   DecisionReason::quiet_hours,   DecisionReason::once_a_day,
    DecisionReason::per_hour_limit, DecisionReason::silenced,      DecisionReason::burst_held,
    DecisionReason::no_smtp,        DecisionReason::stage_falling, DecisionReason::delivery_refused,
    DecisionReason::day_off,        DecisionReason::others_first,  DecisionReason::burst_dropped,
    DecisionReason::withdrawn,      DecisionReason::never_mailed};

/// What the owner was told last in this episode; written when the SMTP server accepted, never before.
struct Told {
    Stage stage = Stage::ok;
    Time at{};
    int mails_in_stage = 0; ///< 1 after the first mail of this stage; place on the reminder ladder
    bool operator==(const Told&) const = default;
};

/// A mail that was decided and lies in the outbox.
struct Waiting {
    NotificationKind kind = NotificationKind::warning;
    Stage stage = Stage::ok;
    Time since{};
    bool operator==(const Waiting&) const = default;
};

/// Mails of a burst that the webmaster dropped: up to this stage nothing is said.
struct Dropped {
    Stage stage = Stage::ok;
    Time at{};
    bool operator==(const Dropped&) const = default;
};

/// From leaving ok to being ok again.
struct Episode {
    std::int64_t number = 0; ///< counts up per mailbox; part of the Message-ID
    Time began{};
    int mails = 0;                ///< mails decided in this episode; part of the Message-ID
    std::string first_message_id; ///< root of the thread; empty before the first mail
    std::string last_message_id;
    std::optional<Told> told;
    std::optional<Dropped> dropped;
    std::optional<Stage> called; ///< for this stage the webmaster was asked to call
    bool operator==(const Episode&) const = default;
};

/// A stage that was measured and waits for the second measurement.
struct Unconfirmed {
    Stage stage = Stage::ok;
    Time first_seen{};
    bool first_sight = false; ///< nothing had been decided about this mailbox before
    bool operator==(const Unconfirmed&) const = default;
};

/// All that is remembered about one mailbox between two measurements; kept in the database.
struct AlertState {
    StageState stage;
    std::optional<Episode> episode;
    std::optional<Unconfirmed> unconfirmed;
    std::optional<Waiting> waiting;
    std::optional<Time> last_mail_at; ///< last accepted mail to the owner, whatever the episode
    std::optional<Time> refused_at;   ///< when a mail to the owner was last refused for good
    std::int64_t episodes = 0;        ///< how many there were
    bool decided_before = false;      ///< false at first sight: before the first stored decision
    DecisionReason last_reason = DecisionReason::stage_ok;
    Time last_decided_at{};
    bool operator==(const AlertState&) const = default;
};

struct AlertRules {
    Seconds confirm_after{600};
    std::optional<QuietHours> quiet_hours;
    DaysOff days_off{};
    Seconds burst_window{0}; ///< a jump waits at least this long for the other mailboxes; 0: no burst guard
    int per_hour = 20;
    bool owner_wants_notice = false;
    bool can_mail = true;      ///< there is an [smtp]
    bool may_mail = true;      ///< the settings name somebody who is told
    bool has_webmaster = true; ///< there is an smtp.admin who can be asked to call
    bool operator==(const AlertRules&) const = default;
};

/// What is true at the moment of a decision, beside the measurement.
struct Circumstances {
    Time now{};
    LocalTime local;
    int mails_last_hour = 0; ///< over all mailboxes: accepted or waiting
    bool silenced = false;
    bool held = false;           ///< the burst guard holds this mailbox
    bool mail_in_flight = false; ///< a mail about this mailbox is being delivered now, so it cannot be taken back
};

/// A mail to be composed.
struct Notification {
    NotificationKind kind = NotificationKind::warning;
    Stage stage = Stage::ok;
    std::int64_t episode = 0;
    int number = 0; ///< 1 for the first mail of the episode
};

struct Decision {
    AlertState next;
    std::optional<Notification> notify;
    DecisionReason reason = DecisionReason::stage_ok;
    std::optional<Time> measure_again_at; ///< wanted earlier than the schedule, to confirm
    std::optional<Waiting> withdrawn;     ///< the waiting mails about this mailbox are to be taken out of the outbox
    bool ask_to_call = false;             ///< told, and nothing changed: the webmaster is asked to call
};

/// Decides on the measured state. Stores nothing, sends nothing; `next` is to be stored together with the outbox
/// row of `notify` and with what `withdrawn` takes out of the outbox in one transaction.
Decision decide(const AlertState& state, const Assessment& assessment, const AlertRules& rules,
                const Circumstances& circumstances);

/// The state after the SMTP server accepted a mail to the owner of this kind and stage.
AlertState accepted(AlertState state, NotificationKind kind, Stage stage, Time at);

/// The state after such a mail was refused for good: it is decided anew after a day.
AlertState refused_for_good(AlertState state, NotificationKind kind, Stage stage, Time at);

/// The state after the webmaster dropped what a burst held back about it: the owner is told of a higher stage, or
/// after a month.
AlertState dropped(AlertState state, Time at);

/// How long a stage may last unchanged after the owner was told until the webmaster is asked to call; nothing for
/// stages below urgent.
std::optional<Seconds> patience_with(Stage stage);

/// When the next reminder of a stage is due, after `mails_in_stage` mails, the last of them accepted at `last`.
Time next_reminder(Stage stage, int mails_in_stage, Time last);

} // namespace mailquotad
