#include "core/verdicts.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace mailquotad {

namespace {

constexpr double kRounding = 1e-9;
constexpr double kSlowerBy = 1.5; // a forecast is believed to be better at this much more time

/// What a verdict is about.
struct Subject {
    const Resource& resource;
    const Policy& policy;
    const Outlook& outlook;
    double ratio = 0;
    double free = 0;
};

RuleVerdict verdict_on(const Subject& subject, Stage stage, Reason reason) {
    RuleVerdict verdict;
    verdict.stage = stage;
    verdict.reason = reason;
    verdict.root = subject.resource.root;
    verdict.resource = subject.resource.name;
    return verdict;
}

void add_ratio(std::vector<RuleVerdict>& verdicts, const Subject& subject, Stage stage, Reason reason,
               const std::optional<double>& threshold) {
    if (!threshold)
        return;
    RuleVerdict verdict = verdict_on(subject, stage, reason);
    verdict.measured = subject.ratio;
    verdict.enter = *threshold;
    verdict.leave = leave_ratio(stage, *threshold);
    verdict.counts = reason != Reason::used || subject.free < static_cast<double>(subject.policy.big_box_free.bytes);
    verdict.enters = verdict.counts && verdict.measured >= verdict.enter - kRounding;
    verdict.leaves = !verdict.counts || verdict.measured < verdict.leave - kRounding;
    verdicts.push_back(verdict);
}

void add_free(std::vector<RuleVerdict>& verdicts, const Subject& subject, Stage stage) {
    const Floor floor =
        floor_for(stage, subject.policy.rule(stage), *subject.resource.limit, subject.outlook.largest_usual_mail_bytes);
    if (floor.enter_bytes == 0)
        return;
    RuleVerdict verdict = verdict_on(subject, stage, Reason::free);
    verdict.measured = subject.free;
    verdict.enter = static_cast<double>(floor.enter_bytes);
    verdict.leave = static_cast<double>(floor.leave_bytes);
    verdict.enters = verdict.measured < verdict.enter;
    verdict.leaves = verdict.measured > verdict.leave;
    verdicts.push_back(verdict);
}

void add_forecast(std::vector<RuleVerdict>& verdicts, const Subject& subject, Stage stage) {
    const auto& within = subject.policy.rule(stage).full_within;
    if (!within || within->count() == 0 || !subject.outlook.forecast)
        return;
    const FullInDays& days = subject.outlook.forecast->full_in_days;
    const auto& quantile = stage <= Stage::warning ? days.p25 : days.p50;
    RuleVerdict verdict = verdict_on(subject, stage, Reason::full_within);
    verdict.measured = quantile.value_or(std::numeric_limits<double>::infinity());
    verdict.enter = static_cast<double>(within->count());
    verdict.leave = kSlowerBy * verdict.enter;
    verdict.counts = stage == Stage::notice || subject.ratio >= 0.5;
    verdict.enters = verdict.counts && verdict.measured <= verdict.enter;
    verdict.leaves = !verdict.counts || verdict.measured > verdict.leave;
    verdicts.push_back(verdict);
}

} // namespace

std::vector<RuleVerdict> rule_verdicts(const Snapshot& snapshot, const Policy& policy, const Outlook& outlook) {
    std::vector<RuleVerdict> verdicts;
    for (const Stage stage : {Stage::notice, Stage::warning, Stage::urgent, Stage::full}) {
        for (const Resource& resource : snapshot.quota) {
            if (!resource.limit || *resource.limit <= 0)
                continue;
            const auto limit = static_cast<double>(*resource.limit);
            const Subject subject{.resource = resource,
                                  .policy = policy,
                                  .outlook = outlook,
                                  .ratio = static_cast<double>(resource.used) / limit,
                                  .free = std::max(0.0, limit - static_cast<double>(resource.used))};
            if (resource.unit == Unit::count) {
                add_ratio(verdicts, subject, stage, Reason::messages, policy.rule(stage).messages);
                continue;
            }
            add_ratio(verdicts, subject, stage, Reason::used, policy.rule(stage).used);
            if (resource.name == "STORAGE") {
                add_free(verdicts, subject, stage);
                add_forecast(verdicts, subject, stage);
            }
        }
    }
    return verdicts;
}

std::optional<std::int64_t> highest_below(Stage stage, const Policy& policy, const Resource& resource) {
    const std::int64_t limit = resource.limit.value_or(0);
    if (limit <= 0)
        return std::nullopt;
    const StageRule& rule = policy.rule(stage);
    const bool is_bytes = resource.unit == Unit::bytes;
    std::optional<std::int64_t> highest;
    if (const auto& ratio = is_bytes ? rule.used : rule.messages) {
        highest = static_cast<std::int64_t>(std::ceil((*ratio - kRounding) * static_cast<double>(limit))) - 1;
        if (is_bytes) // percentages count only while less than that is free
            highest = std::max(*highest, limit - policy.big_box_free.bytes);
    }
    const Floor floor = is_bytes ? floor_for(stage, rule, limit, std::nullopt) : Floor{};
    if (floor.enter_bytes > 0)
        highest = std::min(highest.value_or(limit), limit - floor.enter_bytes);
    return highest ? std::optional(std::max<std::int64_t>(0, *highest)) : std::nullopt;
}

} // namespace mailquotad
