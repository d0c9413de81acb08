#include "core/verdicts.h"

#include "catch.h"

#include <algorithm>

namespace mailquotad {
namespace {

constexpr std::int64_t kMiB = 1024 * 1024;

Snapshot box(std::int64_t used_mib, std::int64_t limit_mib) {
    Snapshot snapshot;
    snapshot.limit_source = LimitSource::server;
    snapshot.quota = {
        {.root = "q", .name = "STORAGE", .used = used_mib * kMiB, .limit = limit_mib * kMiB, .unit = Unit::bytes},
        {.root = "q", .name = "MESSAGE", .used = 85, .limit = 100, .unit = Unit::count}};
    return snapshot;
}

TEST_CASE("each rule is told with its numbers") {
    const auto rules = rule_verdicts(box(850, 1000), default_policy(), {});
    const auto used = std::find_if(rules.begin(), rules.end(), [](const RuleVerdict& rule) {
        return rule.stage == Stage::warning && rule.reason == Reason::used;
    });
    REQUIRE(used != rules.end());
    CHECK(used->measured == Approx(0.85));
    CHECK(used->enter == Approx(0.80));
    CHECK(used->leave == Approx(0.75));
    CHECK(used->enters);
    CHECK_FALSE(used->leaves);
}

TEST_CASE("the verdicts agree with the judgement on boxes of every size and level") {
    Outlook outlook;
    outlook.forecast = Forecast{.growth_bytes_per_day = 1, .full_in_days = {.p10 = 2, .p25 = 12, .p50 = 20, .p90 = {}}};
    for (const std::int64_t limit : {40, 100, 500, 1000, 50'000}) {
        for (std::int64_t percent = 0; percent <= 110; percent += 2) {
            const Snapshot snapshot = box(limit * percent / 100, limit);
            const Judgement judgement = judge(snapshot, default_policy(), outlook);
            const auto rules = rule_verdicts(snapshot, default_policy(), outlook);
            for (const Stage stage : {Stage::notice, Stage::warning, Stage::urgent, Stage::full}) {
                const auto of_stage = [stage](const RuleVerdict& rule) { return rule.stage == stage; };
                const bool enters = std::any_of(rules.begin(), rules.end(),
                                                [&](const RuleVerdict& rule) { return of_stage(rule) && rule.enters; });
                const bool leaves = std::all_of(rules.begin(), rules.end(), [&](const RuleVerdict& rule) {
                    return !of_stage(rule) || rule.leaves;
                });
                INFO(limit << " MiB, " << percent << " %, " << to_string(stage));
                CHECK(enters == judgement.verdict(stage).enter);
                CHECK(leaves == judgement.verdict(stage).leave);
            }
        }
    }
}

} // namespace
} // namespace mailquotad
