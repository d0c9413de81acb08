#include "app/explain_parts.h"

#include "app/check_output.h"
#include "app/text_table.h"
#include "core/escape.h"
#include "os/clock.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

namespace mailquotad::app {

namespace {

using Alignment = TextTable::Align;

constexpr Days kDay{1};

std::string number(Reason reason, double value) {
    if (reason == Reason::free)
        return iec(static_cast<std::int64_t>(value));
    if (std::isinf(value))
        return "beyond a year";
    std::array<char, 32> text{};
    if (reason == Reason::full_within)
        std::snprintf(text.data(), text.size(), "%.0f days", value);
    else
        std::snprintf(text.data(), text.size(), "%.1f %%", value * 100);
    return text.data();
}

std::string verdict_words(const RuleVerdict& rule) {
    if (!rule.counts)
        return "does not count here";
    if (rule.enters)
        return "holds";
    return rule.leaves ? "does not hold" : "only keeps the stage";
}

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

NextStep waiting_for_time(const NextFacts& facts, const AlertState& alert) {
    const settings::Alerts& rules = facts.settings.alerts;
    const auto is_quiet = [&](const LocalTime& at) {
        return rules.quiet_hours && rules.quiet_hours->contains(at.minute_of_day);
    };
    if (alert.last_reason == DecisionReason::quiet_hours)
        return {"mail", "the mail goes out after the quiet hours, if it is still so",
                first_time(facts.now, [&](const LocalTime& at) { return !is_quiet(at); })};
    return {
        "mail", "the mail goes out on the next day that is not off, if it is still so",
        first_time(facts.now, [&](const LocalTime& at) { return !is_quiet(at) && !rules.days_off.contains(at.day); })};
}

std::optional<NextStep> after_confirmation(const NextFacts& facts, const AlertState& alert) {
    if (!alert.unconfirmed)
        return std::nullopt;
    Seconds wait = facts.settings.alerts.confirm_after;
    if (alert.last_reason == DecisionReason::others_first)
        wait = std::max(wait, burst_window(facts.settings.poll.interval));
    return NextStep{"confirmation", "a measurement that still says so is followed by the mail",
                    alert.unconfirmed->first_seen + wait};
}

std::optional<NextStep> after_waiting_mail(const NextFacts& facts) {
    const auto waiting = std::find_if(facts.mails.rbegin(), facts.mails.rend(),
                                      [](const store::MailFact& mail) { return mail.status == "waiting"; });
    if (waiting == facts.mails.rend())
        return std::nullopt;
    return NextStep{"delivery", "the waiting mail is offered to the mail server again", waiting->not_before};
}

/// What follows once that which holds the mail back is over.
std::optional<NextStep> after_obstacle(const NextFacts& facts) {
    const AlertState& alert = facts.alert;
    switch (alert.last_reason) {
    case DecisionReason::not_confirmed:
    case DecisionReason::others_first:
        return after_confirmation(facts, alert);
    case DecisionReason::quiet_hours:
    case DecisionReason::day_off:
        return waiting_for_time(facts, alert);
    case DecisionReason::once_a_day:
        return NextStep{"mail", "the next mail may go out, a day after the last one",
                        alert.last_mail_at ? std::optional(*alert.last_mail_at + kDay) : std::nullopt};
    case DecisionReason::delivery_refused:
        return NextStep{"mail", "it is decided anew, a day after the refusal",
                        alert.refused_at ? std::optional(*alert.refused_at + kDay) : std::nullopt};
    case DecisionReason::burst_held:
        return NextStep{"release", "what is still so goes out, unless mailquotad release or drop comes first",
                        facts.memory.burst.hold ? std::optional(facts.memory.burst.hold->since + kLongestHold)
                                                : std::nullopt};
    case DecisionReason::silenced:
        return NextStep{"silence_ends", "the silence ends, and what is then so is mailed",
                        facts.silence ? std::optional(facts.silence->until) : std::nullopt};
    case DecisionReason::per_hour_limit:
        return NextStep{"mail", "the mail goes out when fewer than alerts.per_hour went out in the last hour", {}};
    default:
        return after_waiting_mail(facts);
    }
}

std::optional<NextStep> reminder(const AlertState& alert) {
    const auto& episode = alert.episode;
    if (!episode || !episode->told || !alert.stage.stage || *alert.stage.stage < episode->told->stage)
        return std::nullopt;
    return NextStep{"reminder", "a reminder, if nothing changes; a higher stage is mailed at once",
                    next_reminder(*alert.stage.stage, episode->told->mails_in_stage, episode->told->at)};
}

std::optional<NextStep> call(const AlertState& alert) {
    if (!alert.episode || !alert.episode->told || !alert.stage.stage)
        return std::nullopt;
    const auto patience = patience_with(*alert.stage.stage);
    if (!patience || alert.episode->called.value_or(Stage::ok) >= *alert.stage.stage)
        return std::nullopt;
    return NextStep{"call", "the webmaster is asked to call, if nothing changes", alert.stage.since + *patience};
}

} // namespace

std::string local_minute(Time time) {
    const LocalTime at = os::local_time(time);
    const auto minute = static_cast<int>(at.minute_of_day.count());
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), " %02d:%02d", minute / 60, minute % 60);
    return format_date(at.day) + text.data();
}

std::string rules_text(const std::vector<RuleVerdict>& rules) {
    if (rules.empty())
        return "";
    TextTable table({{"STAGE", Alignment::left},
                     {"RULE", Alignment::left},
                     {"MEASURED", Alignment::right},
                     {"BEGINS AT", Alignment::right},
                     {"LEFT AT", Alignment::right},
                     {"VERDICT", Alignment::left}});
    for (const RuleVerdict& rule : rules)
        table.add({std::string(to_string(rule.stage)), std::string(to_string(rule.reason)),
                   number(rule.reason, rule.measured), number(rule.reason, rule.enter), number(rule.reason, rule.leave),
                   verdict_words(rule)});
    return table.to_string(false);
}

std::string recipient_words(const store::MailFact& mail) {
    switch (mail.recipient) {
    case store::Recipient::owner:
        return "owner";
    case store::Recipient::copy:
        return "mailbox itself";
    case store::Recipient::admin:
        return "webmaster";
    default:
        return "other";
    }
}

std::string status_words(const store::MailFact& mail) {
    if (mail.status == "sent")
        return "accepted " + local_minute(mail.finished_at.value_or(mail.created_at));
    if (mail.status == "failed")
        return "refused for good: " + for_terminal(mail.last_error);
    if (mail.status == "withdrawn")
        return "taken back " + local_minute(mail.finished_at.value_or(mail.created_at));
    std::string text = "waits";
    if (mail.attempts > 0)
        text += ", tried " + std::to_string(mail.attempts) + " times: " + for_terminal(mail.last_error);
    return text;
}

std::string mails_table(const std::vector<store::MailFact>& mails) {
    if (mails.empty())
        return "No mail about this mailbox was written yet.\n";
    TextTable table({{"DECIDED", Alignment::left},
                     {"MAIL", Alignment::left},
                     {"STAGE", Alignment::left},
                     {"TO", Alignment::left},
                     {"WHAT BECAME OF IT", Alignment::left}});
    for (const store::MailFact& mail : mails)
        table.add({local_minute(mail.created_at), std::string(to_string(mail.kind)), std::string(to_string(mail.stage)),
                   recipient_words(mail), status_words(mail)});
    return table.to_string(false);
}

std::vector<NextStep> next_steps(const NextFacts& facts) {
    std::vector<NextStep> steps;
    for (const auto& step : {after_obstacle(facts), reminder(facts.alert), call(facts.alert)}) {
        if (step)
            steps.push_back(*step);
    }
    if (facts.notes.measured_at)
        steps.push_back({"measurement", "the next measurement, give or take a twentieth of the interval",
                         *facts.notes.measured_at + facts.settings.poll.interval});
    std::stable_sort(steps.begin(), steps.end(), [](const NextStep& a, const NextStep& b) {
        return a.at.value_or(Time::max()) < b.at.value_or(Time::max());
    });
    return steps;
}

} // namespace mailquotad::app
