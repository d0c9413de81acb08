#include "core/assessment.h"

#include "core/byte_size.h"

#include <algorithm>

namespace mailquotad {

namespace {

constexpr std::string_view kReasonNames[] = {"used", "free", "full_within", "messages", "refused"};
constexpr Reason kAllReasons[] = {Reason::used, Reason::free, Reason::full_within, Reason::messages, Reason::refused};
constexpr Seconds kDwell{24 * 3600};
constexpr int kMeasurementsToLeaveFull = 2;

/// One condition of one stage: does it hold, and is it far enough below to be left?
struct Condition {
    bool enter = false;
    bool leave = true;
};

/// A ratio against a threshold. "80%" means 80 % or more; rounding of a hundred thousandth is forgiven.
Condition ratio_condition(Stage stage, const std::optional<double>& threshold, double ratio) {
    constexpr double rounding = 1e-9;
    if (!threshold)
        return {};
    return {.enter = ratio >= *threshold - rounding, .leave = ratio < leave_ratio(stage, *threshold) - rounding};
}

Condition free_condition(Stage stage, const StageRule& rule, std::int64_t free, std::int64_t limit,
                         const Outlook& outlook) {
    const Floor floor = floor_for(stage, rule, limit, outlook.largest_usual_mail_bytes);
    if (floor.enter_bytes == 0)
        return {};
    return {.enter = free<floor.enter_bytes, .leave = free> floor.leave_bytes};
}

/// `full_within` compares P25 for notice and warning, P50 for urgent and full; left at 1.5 times the days.
/// A warning needs a box that is half full (FACTS on alert policy).
Condition forecast_condition(Stage stage, const StageRule& rule, double used_ratio, const Outlook& outlook) {
    if (!rule.full_within || !outlook.forecast)
        return {};
    const FullInDays& days = outlook.forecast->full_in_days;
    const auto& quantile = stage == Stage::notice || stage == Stage::warning ? days.p25 : days.p50;
    if (!quantile)
        return {};
    const auto within = static_cast<double>(rule.full_within->count());
    const bool counts = stage == Stage::notice || used_ratio >= 0.5;
    return {.enter = counts && *quantile <= within, .leave = !counts || *quantile > 1.5 * within};
}

void note(StageVerdict& verdict, Reason reason, const Condition& condition) {
    const auto add = [reason](std::vector<Reason>& reasons) {
        if (std::find(reasons.begin(), reasons.end(), reason) == reasons.end())
            reasons.push_back(reason);
    };
    if (condition.enter) {
        verdict.enter = true;
        add(verdict.reasons);
    }
    if (!condition.leave) {
        verdict.leave = false;
        add(verdict.holding);
    }
}

double ratio_of(const Resource& resource) {
    return static_cast<double>(resource.used) / static_cast<double>(*resource.limit);
}

void judge_bytes(Judgement& judgement, const Resource& resource, const Policy& policy, const Outlook& outlook) {
    const double ratio = ratio_of(resource);
    const std::int64_t free = std::max<std::int64_t>(0, *resource.limit - resource.used);
    const bool is_storage = resource.name == "STORAGE";
    const bool percent_counts = free < policy.big_box_free.bytes;
    for (const Stage stage : {Stage::notice, Stage::warning, Stage::urgent, Stage::full}) {
        const StageRule& rule = policy.rule(stage);
        StageVerdict& verdict = judgement.verdicts[static_cast<std::size_t>(stage)];
        if (percent_counts)
            note(verdict, Reason::used, ratio_condition(stage, rule.used, ratio));
        if (is_storage) {
            note(verdict, Reason::free, free_condition(stage, rule, free, *resource.limit, outlook));
            note(verdict, Reason::full_within, forecast_condition(stage, rule, ratio, outlook));
        }
    }
}

void judge_count(Judgement& judgement, const Resource& resource, const Policy& policy) {
    for (const Stage stage : {Stage::notice, Stage::warning, Stage::urgent, Stage::full}) {
        StageVerdict& verdict = judgement.verdicts[static_cast<std::size_t>(stage)];
        note(verdict, Reason::messages, ratio_condition(stage, policy.rule(stage).messages, ratio_of(resource)));
    }
}

void note_tightest(Judgement& judgement, const Resource& resource) {
    const double ratio = ratio_of(resource);
    if (judgement.tightest && judgement.tightest->used_ratio >= ratio)
        return;
    judgement.tightest = Tightest{.root = resource.root,
                                  .resource = resource.name,
                                  .used_ratio = ratio,
                                  .used = resource.used,
                                  .limit = *resource.limit,
                                  .unit = resource.unit};
}

void follow_left_conditions(const Judgement& judgement, StageState& state, Time now) {
    for (const Stage stage : {Stage::notice, Stage::warning, Stage::urgent, Stage::full}) {
        const auto index = static_cast<std::size_t>(stage);
        if (judgement.verdicts[index].leave) {
            if (!state.left_since[index])
                state.left_since[index] = now;
            ++state.left_count[index];
        } else {
            state.left_since[index].reset();
            state.left_count[index] = 0;
        }
    }
}

/// Whether a stage that was held may be left: dwell for warning and urgent, a second measurement for full.
bool may_leave(Stage stage, const StageState& state, Time now) {
    const auto index = static_cast<std::size_t>(stage);
    if (!state.left_since[index])
        return false;
    if (!state.proven[index])
        return true;
    switch (stage) {
    case Stage::warning:
    case Stage::urgent:
        return now - *state.left_since[index] >= kDwell;
    case Stage::full:
        return state.left_count[index] >= kMeasurementsToLeaveFull;
    default:
        return true;
    }
}

/// What is measured once is a spike; what is measured long enough is believed until it is left.
void follow_proofs(Stage entered, StageState& state, Time now, Seconds confirm_after) {
    for (const Stage stage : {Stage::notice, Stage::warning, Stage::urgent, Stage::full}) {
        const auto index = static_cast<std::size_t>(stage);
        if (entered < stage) {
            state.seen_since[index].reset();
            continue;
        }
        if (!state.seen_since[index])
            state.seen_since[index] = now;
        if (now - *state.seen_since[index] >= confirm_after)
            state.proven[index] = true;
    }
}

/// The highest stage up to a held one whose conditions to leave do not hold.
Stage holding_stage(Stage held, const Judgement& judgement) {
    for (int index = static_cast<int>(held); index > 0; --index) {
        if (!judgement.verdicts[static_cast<std::size_t>(index)].leave)
            return static_cast<Stage>(index);
    }
    return Stage::ok;
}

/// The stage below a held one that was not left itself; a stage that was never entered is passed over at once.
Stage settle(Stage held, const StageState& state, Time now) {
    for (int index = static_cast<int>(held); index > 0; --index) {
        const auto stage = static_cast<Stage>(index);
        if (!may_leave(stage, state, now))
            return stage;
    }
    return Stage::ok;
}

} // namespace

std::string_view to_string(Reason reason) {
    return kReasonNames[static_cast<std::size_t>(reason)];
}

std::optional<Reason> parse_reason(std::string_view text) {
    for (const Reason reason : kAllReasons) {
        if (to_string(reason) == text)
            return reason;
    }
    return std::nullopt;
}

std::optional<Stage> Judgement::entered() const {
    if (!known)
        return std::nullopt;
    for (const Stage stage : {Stage::full, Stage::urgent, Stage::warning, Stage::notice}) {
        if (verdict(stage).enter)
            return stage;
    }
    return Stage::ok;
}

Judgement judge(const Snapshot& snapshot, const Policy& policy, const Outlook& outlook) {
    Judgement judgement;
    judgement.limit_source = snapshot.limit_source;
    for (const Resource& resource : snapshot.quota) {
        if (!resource.limit || *resource.limit <= 0)
            continue; // 0 is ambiguous: WildDuck means "unlimited", Cyrus "nothing allowed" (RFC 9208 4.2.1)
        note_tightest(judgement, resource);
        if (resource.unit == Unit::bytes)
            judge_bytes(judgement, resource, policy, outlook);
        else
            judge_count(judgement, resource, policy);
    }
    if (outlook.refused)
        note(judgement.verdicts[static_cast<std::size_t>(Stage::full)], Reason::refused,
             {.enter = true, .leave = false});
    judgement.known = judgement.tightest.has_value() || snapshot.limit_source == LimitSource::none || outlook.refused;
    return judgement;
}

Assessment assess_once(const Judgement& judgement) {
    Assessment assessment{.stage = judgement.entered(),
                          .measured = judgement.entered(),
                          .without_dwell = {},
                          .limit_source = judgement.limit_source,
                          .reasons = {},
                          .tightest = judgement.tightest};
    if (assessment.stage && *assessment.stage != Stage::ok)
        assessment.reasons = judgement.verdict(*assessment.stage).reasons;
    return assessment;
}

Assessment assess(const Judgement& judgement, StageState& state, Time now, Seconds confirm_after) {
    Assessment assessment = assess_once(judgement);
    if (!assessment.stage)
        return assessment;
    follow_left_conditions(judgement, state, now);
    const Stage entered = *assessment.stage;
    follow_proofs(entered, state, now, confirm_after);
    const Stage held = state.stage.value_or(Stage::ok);
    const Stage next = entered >= held ? entered : std::max(entered, settle(held, state, now));
    if (!state.stage || *state.stage != next)
        state.since = now;
    state.stage = next;
    for (std::size_t above = static_cast<std::size_t>(next) + 1; above < state.proven.size(); ++above)
        state.proven[above] = false;
    assessment.stage = next;
    assessment.without_dwell = std::max(entered, holding_stage(next, judgement));
    if (next != Stage::ok) {
        const StageVerdict& verdict = judgement.verdict(next);
        assessment.reasons = verdict.enter ? verdict.reasons : verdict.holding;
    }
    return assessment;
}

} // namespace mailquotad
