#include "app/next_steps.h"

#include "os/clock.h"

#include <algorithm>
#include <utility>

namespace mailquotad::app {

namespace {

constexpr Days kDay{1};

/// The first whole local quarter of an hour from `now` on at which `is_free` says yes.
template <typename Condition>
Time first_time(Time now, Condition&& is_free) {
    constexpr Seconds step = std::chrono::minutes(15);
    Time at{now.time_since_epoch() / step * step};
    constexpr int steps_of_two_weeks = 14 * 24 * 4;
    for (int i = 0; i < steps_of_two_weeks && !is_free(os::local_time(at)); ++i)
        at += step;
    return std::max(at, now);
}

bool is_quiet(const settings::Alerts& alerts, const LocalTime& at) {
    return alerts.quiet_hours && alerts.quiet_hours->contains(at.minute_of_day);
}

std::optional<NextStep> after_confirmation(const NextFacts& facts, NextKind kind) {
    if (!facts.alert.unconfirmed)
        return std::nullopt;
    Seconds wait = facts.settings.alerts.confirm_after;
    if (kind == NextKind::others_first)
        wait = std::max(wait, burst_window(facts.settings.poll.interval));
    return NextStep{kind, facts.alert.unconfirmed->first_seen + wait};
}

/// What follows once that which holds the mail back is over.
std::optional<NextStep> after_obstacle(const NextFacts& facts, MailTimes& times) {
    const AlertState& alert = facts.alert;
    const auto a_day_after = [](const std::optional<Time>& time) { return time ? std::optional(*time + kDay) : time; };
    switch (alert.last_reason) {
    case DecisionReason::not_confirmed:
        return after_confirmation(facts, NextKind::confirmation);
    case DecisionReason::others_first:
        return after_confirmation(facts, NextKind::others_first);
    case DecisionReason::quiet_hours:
        return NextStep{NextKind::after_quiet_hours, times.after_quiet_hours()};
    case DecisionReason::day_off:
        return NextStep{NextKind::after_days_off, times.after_days_off()};
    case DecisionReason::once_a_day:
        return NextStep{NextKind::a_day_after_mail, a_day_after(alert.last_mail_at)};
    case DecisionReason::delivery_refused:
        return NextStep{NextKind::a_day_after_refusal, a_day_after(alert.refused_at)};
    case DecisionReason::burst_held:
        return NextStep{NextKind::release,
                        facts.burst.hold ? std::optional(facts.burst.hold->since + kLongestHold) : std::nullopt};
    case DecisionReason::silenced:
        return NextStep{NextKind::silence_ends, facts.silent_until};
    case DecisionReason::per_hour_limit:
        return NextStep{NextKind::below_per_hour, {}};
    default:
        return facts.waiting_until ? std::optional(NextStep{NextKind::delivery, facts.waiting_until}) : std::nullopt;
    }
}

std::optional<NextStep> reminder(const AlertState& alert) {
    const auto& episode = alert.episode;
    if (!episode || !episode->told || !alert.stage.stage || *alert.stage.stage < episode->told->stage)
        return std::nullopt;
    return NextStep{NextKind::reminder,
                    next_reminder(*alert.stage.stage, episode->told->mails_in_stage, episode->told->at)};
}

std::optional<NextStep> call(const AlertState& alert) {
    if (!alert.episode || !alert.episode->told || !alert.stage.stage)
        return std::nullopt;
    const auto patience = patience_with(*alert.stage.stage);
    if (!patience || alert.episode->called.value_or(Stage::ok) >= *alert.stage.stage)
        return std::nullopt;
    return NextStep{NextKind::call, alert.stage.since + *patience};
}

struct Words {
    NextKind kind;
    std::string_view what;
    std::string_view text;
};

constexpr Words kWords[] = {
    {NextKind::confirmation, "confirmation", "a measurement that still says so is followed by the mail"},
    {NextKind::others_first, "confirmation", "a measurement that still says so is followed by the mail"},
    {NextKind::after_quiet_hours, "mail", "the mail goes out after the quiet hours, if it is still so"},
    {NextKind::after_days_off, "mail", "the mail goes out on the next day that is not off, if it is still so"},
    {NextKind::a_day_after_mail, "mail", "the next mail may go out, a day after the last one"},
    {NextKind::a_day_after_refusal, "mail", "it is decided anew, a day after the refusal"},
    {NextKind::below_per_hour, "mail", "the mail goes out when fewer than alerts.per_hour went out in the last hour"},
    {NextKind::release, "release", "what is still so goes out, unless mailquotad release or drop comes first"},
    {NextKind::silence_ends, "silence_ends", "the silence ends, and what is then so is mailed"},
    {NextKind::delivery, "delivery", "the waiting mail is offered to the mail server again"},
    {NextKind::reminder, "reminder", "a reminder, if nothing changes; a higher stage is mailed at once"},
    {NextKind::call, "call", "the webmaster is asked to call, if nothing changes"},
    {NextKind::measurement, "measurement", "the next measurement, give or take a twentieth of the interval"},
};

const Words& words_of(NextKind kind) {
    return *std::find_if(std::begin(kWords), std::end(kWords),
                         [kind](const Words& words) { return words.kind == kind; });
}

} // namespace

Time MailTimes::after_quiet_hours() {
    if (!after_quiet_hours_)
        after_quiet_hours_ = first_time(now_, [this](const LocalTime& at) { return !is_quiet(alerts_, at); });
    return *after_quiet_hours_;
}

Time MailTimes::after_days_off() {
    if (!after_days_off_)
        after_days_off_ = first_time(
            now_, [this](const LocalTime& at) { return !is_quiet(alerts_, at) && !alerts_.days_off.contains(at.day); });
    return *after_days_off_;
}

std::vector<NextStep> next_steps(const NextFacts& facts, MailTimes& times) {
    std::vector<NextStep> steps;
    for (const auto& step : {after_obstacle(facts, times), reminder(facts.alert), call(facts.alert)}) {
        if (step)
            steps.push_back(*step);
    }
    if (facts.measured_at)
        steps.push_back({NextKind::measurement, *facts.measured_at + facts.settings.poll.interval});
    std::stable_sort(steps.begin(), steps.end(), [](const NextStep& a, const NextStep& b) {
        return a.at.value_or(Time::max()) < b.at.value_or(Time::max());
    });
    return steps;
}

std::string_view what_of(NextKind kind) {
    return words_of(kind).what;
}

std::string_view words_for(NextKind kind) {
    return words_of(kind).text;
}

} // namespace mailquotad::app
