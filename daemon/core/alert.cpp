#include "core/alert.h"

#include <algorithm>

namespace mailquotad {

namespace {

constexpr Seconds kDay{24 * 3600};
constexpr Days kFallenReminder{30};

constexpr std::string_view kKindNames[] = {"warning", "reminder", "all_clear", "webmaster"};
constexpr std::string_view kReasonNames[] = {
    "stage_entered",  "stage_raised",  "reminder_due",  "all_clear",    "stage_ok",      "not_a_mailing_stage",
    "unknown_usage",  "not_confirmed", "already_told",  "mail_waiting", "quiet_hours",   "once_a_day",
    "per_hour_limit", "silenced",      "burst_held",    "no_smtp",      "stage_falling", "delivery_refused",
    "day_off",        "others_first",  "burst_dropped", "withdrawn",    "never_mailed"};

/// What would be said if nothing held it back.
struct Intention {
    std::optional<NotificationKind> kind;
    DecisionReason reason = DecisionReason::stage_ok;
};

bool mails(Stage stage, const AlertRules& rules) {
    return stage >= Stage::warning || (stage == Stage::notice && rules.owner_wants_notice);
}

Intention intend_all_clear(const AlertState& state) {
    const bool owed = state.episode && state.episode->told && state.episode->told->stage >= Stage::warning;
    if (owed)
        return {NotificationKind::all_clear, DecisionReason::all_clear};
    return {std::nullopt, DecisionReason::stage_ok};
}

/// A mailbox that fell to a lower stage is quiet, but not for ever: a month after the last mail it is said again.
bool reminder_is_due(const Told& told, Stage stage, Time now) {
    if (stage < told.stage)
        return now - told.at >= kFallenReminder;
    return now >= next_reminder(stage, told.mails_in_stage, told.at);
}

bool was_dropped(const Episode& episode, Stage stage, Time now) {
    const auto& dropped = episode.dropped;
    return dropped && stage <= dropped->stage && now - dropped->at < kFallenReminder;
}

Intention intend(const AlertState& state, Stage stage, const AlertRules& rules, Time now) {
    if (stage == Stage::ok)
        return intend_all_clear(state);
    const auto& told = state.episode->told;
    if (!mails(stage, rules))
        return {std::nullopt,
                told && told->stage > stage ? DecisionReason::stage_falling : DecisionReason::not_a_mailing_stage};
    if (was_dropped(*state.episode, stage, now))
        return {std::nullopt, DecisionReason::burst_dropped};
    if (!told)
        return {NotificationKind::warning, DecisionReason::stage_entered};
    if (stage > told->stage)
        return {NotificationKind::warning, DecisionReason::stage_raised};
    if (reminder_is_due(*told, stage, now))
        return {NotificationKind::reminder, DecisionReason::reminder_due};
    return {std::nullopt, stage < told->stage ? DecisionReason::stage_falling : DecisionReason::already_told};
}

/// No reminder of a stage that is being left: all its conditions to leave hold, and only time must pass.
Intention unless_leaving(Intention intention, const Assessment& assessment) {
    const bool leaves = assessment.measured && *assessment.measured < *assessment.stage && assessment.reasons.empty();
    if (leaves && intention.kind == NotificationKind::reminder)
        return {std::nullopt, DecisionReason::stage_falling};
    return intention;
}

/// Follows the first sight of a stage that was not told yet. What must still be waited for; nothing once it was
/// measured long enough ago and, where it may be one jump of many, the others were measured too.
std::optional<DecisionReason> unproven(AlertState& state, Stage stage, bool at_first_sight, const AlertRules& rules,
                                       Time now) {
    auto& unconfirmed = state.unconfirmed;
    if (!unconfirmed || stage > unconfirmed->stage)
        unconfirmed = Unconfirmed{.stage = stage, .first_seen = now, .first_sight = at_first_sight};
    unconfirmed->stage = stage; // a lower stage was already confirmed by the higher one
    const Seconds seen = now - unconfirmed->first_seen;
    if (seen < rules.confirm_after)
        return DecisionReason::not_confirmed;
    if (!unconfirmed->first_sight && seen < rules.burst_window)
        return DecisionReason::others_first;
    return std::nullopt;
}

/// What keeps a wanted mail back now; nothing where it may go.
std::optional<DecisionReason> held_back(const AlertState& state, Stage stage, const Intention& intention,
                                        const AlertRules& rules, const Circumstances& at) {
    const bool is_full = stage == Stage::full;
    if (state.waiting && state.waiting->stage >= stage)
        return DecisionReason::mail_waiting;
    if (!rules.may_mail)
        return DecisionReason::never_mailed;
    if (!rules.can_mail)
        return DecisionReason::no_smtp;
    if (at.silenced)
        return DecisionReason::silenced;
    if (at.held)
        return DecisionReason::burst_held;
    if (state.refused_at && at.now - *state.refused_at < kDay)
        return DecisionReason::delivery_refused;
    if (!is_full && rules.quiet_hours && rules.quiet_hours->contains(at.local.minute_of_day))
        return DecisionReason::quiet_hours;
    if (stage <= Stage::warning && rules.days_off.contains(at.local.day))
        return DecisionReason::day_off;
    const bool escalates = intention.reason == DecisionReason::stage_raised || stage >= Stage::urgent;
    const bool is_reminder = intention.kind == NotificationKind::reminder;
    if (state.last_mail_at && at.now - *state.last_mail_at < kDay && (!escalates || is_reminder))
        return DecisionReason::once_a_day;
    if (!is_full && at.mails_last_hour >= rules.per_hour)
        return DecisionReason::per_hour_limit;
    return std::nullopt;
}

void open_or_close_episode(AlertState& state, Stage stage, const Intention& after_ok, Time now) {
    if (stage == Stage::ok) {
        state.unconfirmed.reset();
        if (!after_ok.kind && !state.waiting)
            state.episode.reset();
    } else if (!state.episode) {
        state.episode = Episode{.number = ++state.episodes,
                                .began = now,
                                .mails = 0,
                                .first_message_id = {},
                                .last_message_id = {},
                                .told = {},
                                .dropped = {},
                                .called = {}};
    }
}

/// The stage that counts for a mail. Hysteresis keeps what the owner was told; above that only what was measured now
/// counts, else a spike would confirm itself for as long as its stage is held.
Stage stage_to_tell(const AlertState& state, const Assessment& assessment) {
    Stage known = Stage::ok;
    if (state.episode && state.episode->told)
        known = state.episode->told->stage;
    if (state.waiting)
        known = std::max(known, state.waiting->stage);
    const Stage measured = assessment.measured.value_or(*assessment.stage);
    return std::min(*assessment.stage, std::max(known, measured));
}

/// Whether the mail rests on a measurement that a second one must confirm.
bool needs_confirmation(const Intention& intention) {
    return intention.reason == DecisionReason::stage_entered || intention.reason == DecisionReason::stage_raised;
}

void queue(Decision& decision, NotificationKind kind, Stage stage, Time now) {
    Episode& episode = *decision.next.episode;
    ++episode.mails;
    decision.next.waiting = Waiting{.kind = kind, .stage = stage, .since = now};
    decision.next.unconfirmed.reset();
    decision.notify = Notification{.kind = kind, .stage = stage, .episode = episode.number, .number = episode.mails};
}

/// Whether what a waiting mail says is no longer so: the mailbox is out of its stage but for the time that must pass.
bool is_untrue(const Waiting& waiting, const Assessment& assessment) {
    const Stage now_at = assessment.without_dwell.value_or(*assessment.stage);
    if (waiting.kind == NotificationKind::all_clear)
        return now_at >= Stage::warning;
    return now_at < waiting.stage;
}

/// Takes the waiting mail back. The thread begins with a mail that somebody has got.
void withdraw(Decision& decision) {
    AlertState& state = decision.next;
    decision.withdrawn = state.waiting;
    state.waiting.reset();
    if (!state.episode)
        return;
    Episode& episode = *state.episode;
    if (!episode.told)
        episode.first_message_id.clear();
    episode.last_message_id = episode.first_message_id;
}

/// Told of this stage, and still there: the webmaster is asked to call, once for each stage of an episode.
bool is_ignored(const AlertState& state, const AlertRules& rules, const Circumstances& at) {
    if (!state.episode || !state.episode->told || !state.stage.stage || at.silenced || at.held || !rules.can_mail ||
        !rules.has_webmaster)
        return false;
    const Stage stage = *state.stage.stage;
    const auto patience = patience_with(stage);
    return patience && state.episode->told->stage >= stage && at.now - state.stage.since >= *patience &&
           state.episode->called.value_or(Stage::ok) < stage;
}

void forget_waiting(AlertState& state, NotificationKind kind, Stage stage) {
    if (state.waiting && state.waiting->kind == kind && state.waiting->stage == stage)
        state.waiting.reset();
}

/// Queues the mail, or says what keeps it back. A mail that was confirmed and then taken back needs no second proof.
void try_to_mail(Decision& decision, const Intention& intention, Stage stage, const AlertRules& rules,
                 const Circumstances& at, bool at_first_sight) {
    AlertState& next = decision.next;
    if (needs_confirmation(intention) && !decision.withdrawn) {
        if (const auto missing = unproven(next, stage, at_first_sight, rules, at.now)) {
            decision.reason = *missing;
            const Seconds wait =
                next.unconfirmed->first_sight ? rules.confirm_after : std::max(rules.confirm_after, rules.burst_window);
            decision.measure_again_at = next.unconfirmed->first_seen + wait;
            return;
        }
    }
    if (const auto obstacle = held_back(next, stage, intention, rules, at)) {
        decision.reason = *obstacle;
        return;
    }
    if (next.waiting && !at.mail_in_flight)
        withdraw(decision); // the new mail says more
    queue(decision, *intention.kind, stage, at.now);
}

} // namespace

std::string_view to_string(NotificationKind kind) {
    return kKindNames[static_cast<std::size_t>(kind)];
}

std::optional<NotificationKind> parse_notification_kind(std::string_view text) {
    for (const auto kind : {NotificationKind::warning, NotificationKind::reminder, NotificationKind::all_clear,
                            NotificationKind::webmaster}) {
        if (to_string(kind) == text)
            return kind;
    }
    return std::nullopt;
}

std::string_view to_string(DecisionReason reason) {
    return kReasonNames[static_cast<std::size_t>(reason)];
}

std::optional<DecisionReason> parse_decision_reason(std::string_view text) {
    for (const DecisionReason reason : kAllDecisionReasons) {
        if (to_string(reason) == text)
            return reason;
    }
    return std::nullopt;
}

bool is_sent(DecisionReason reason) {
    return reason <= DecisionReason::all_clear;
}

Decision decide(const AlertState& state, const Assessment& assessment, const AlertRules& rules,
                const Circumstances& circumstances) {
    Decision decision{.next = state,
                      .notify = {},
                      .reason = DecisionReason::unknown_usage,
                      .measure_again_at = {},
                      .withdrawn = {},
                      .ask_to_call = false};
    AlertState& next = decision.next;
    next.decided_before = true;
    next.last_decided_at = circumstances.now;
    next.last_reason = decision.reason;
    if (!assessment.stage)
        return decision;

    if (next.waiting && !circumstances.mail_in_flight && is_untrue(*next.waiting, assessment))
        withdraw(decision);
    const Stage stage = stage_to_tell(next, assessment);
    open_or_close_episode(next, stage, intend_all_clear(next), circumstances.now);
    const Intention intention = unless_leaving(intend(next, stage, rules, circumstances.now), assessment);
    decision.reason = intention.reason;
    if (intention.kind)
        try_to_mail(decision, intention, stage, rules, circumstances, !state.decided_before);
    else
        next.unconfirmed.reset();
    if (decision.withdrawn && !decision.notify)
        decision.reason = DecisionReason::withdrawn;
    next.last_reason = decision.reason;
    decision.ask_to_call = is_ignored(next, rules, circumstances);
    if (decision.ask_to_call)
        next.episode->called = *next.stage.stage;
    return decision;
}

AlertState accepted(AlertState state, NotificationKind kind, Stage stage, Time at) {
    forget_waiting(state, kind, stage);
    state.last_mail_at = at;
    state.refused_at.reset();
    if (!state.episode)
        return state;
    if (kind == NotificationKind::all_clear) {
        state.episode.reset();
        return state;
    }
    auto& told = state.episode->told;
    const int before = told && told->stage == stage ? told->mails_in_stage : 0;
    if (!told || stage >= told->stage || kind == NotificationKind::reminder)
        told = Told{.stage = stage, .at = at, .mails_in_stage = before + 1};
    return state;
}

AlertState refused_for_good(AlertState state, NotificationKind kind, Stage stage, Time at) {
    forget_waiting(state, kind, stage);
    state.refused_at = at;
    if (kind == NotificationKind::all_clear)
        state.episode.reset(); // good news that nobody takes is not said again
    return state;
}

AlertState dropped(AlertState state, Time at) {
    if (state.episode)
        state.episode->dropped = Dropped{.stage = state.stage.stage.value_or(Stage::full), .at = at};
    state.unconfirmed.reset();
    return state;
}

std::optional<Seconds> patience_with(Stage stage) {
    switch (stage) {
    case Stage::urgent:
        return Days(5);
    case Stage::full:
        return Days(2);
    default:
        return std::nullopt;
    }
}

Time next_reminder(Stage stage, int mails_in_stage, Time last) {
    // FACTS on alert policy: days 0, 7, 21, then every 30; 0, 2, 5, then weekly; 0, 1, 3, then every 3.
    constexpr Days warning_ladder[] = {Days(7), Days(14), Days(30)};
    constexpr Days urgent_ladder[] = {Days(2), Days(3), Days(7)};
    constexpr Days full_ladder[] = {Days(1), Days(2), Days(3)};
    const auto rung = static_cast<std::size_t>(std::clamp(mails_in_stage - 1, 0, 2));
    switch (stage) {
    case Stage::urgent:
        return last + urgent_ladder[rung];
    case Stage::full:
        return last + full_ladder[rung];
    default:
        return last + warning_ladder[rung];
    }
}

} // namespace mailquotad
