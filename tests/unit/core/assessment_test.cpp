#include "core/assessment.h"

#include "catch.h"

namespace mailquotad {
namespace {

constexpr std::int64_t kMiB = 1024 * 1024;
constexpr std::int64_t kGB = 1'000'000'000;
const Time kStart{std::chrono::sys_days{std::chrono::year{2026} / 11 / 21}};

Snapshot storage(std::int64_t used, std::int64_t limit) {
    Snapshot snapshot;
    snapshot.measured_at = kStart;
    snapshot.limit_source = LimitSource::server;
    snapshot.quota = {{.root = "User quota", .name = "STORAGE", .used = used, .limit = limit, .unit = Unit::bytes}};
    return snapshot;
}

Snapshot percent_of(double percent, std::int64_t limit = 1000 * kMiB) {
    return storage(static_cast<std::int64_t>(percent / 100 * static_cast<double>(limit)), limit);
}

std::optional<Stage> stage_of(const Snapshot& snapshot, const Policy& policy = default_policy()) {
    return assess_once(judge(snapshot, policy, {})).stage;
}

Policy only_percent() {
    Policy policy = default_policy();
    policy.warning.free = ByteSize{0};
    policy.urgent.free = ByteSize{0};
    return policy;
}

TEST_CASE("stages begin at their percentages") {
    const Policy policy = only_percent();
    CHECK(stage_of(percent_of(69.9), policy) == Stage::ok);
    CHECK(stage_of(percent_of(70), policy) == Stage::notice);
    CHECK(stage_of(percent_of(80), policy) == Stage::warning);
    CHECK(stage_of(percent_of(92), policy) == Stage::urgent);
    CHECK(stage_of(percent_of(98.9), policy) == Stage::urgent);
    CHECK(stage_of(percent_of(99), policy) == Stage::full);
    CHECK(stage_of(percent_of(217), policy) == Stage::full);
}

TEST_CASE("the free-bytes floor warns before the percentage does") {
    // 500 MiB box, 79 % used: 105 MiB free; 81 MiB free is below 100 MiB
    CHECK(stage_of(storage(395 * kMiB, 500 * kMiB)) == Stage::notice);
    const auto assessment = assess_once(judge(storage(399 * kMiB, 495 * kMiB), default_policy(), {}));
    CHECK(assessment.stage == Stage::warning);
    CHECK(assessment.reasons == std::vector{Reason::used, Reason::free});
}

TEST_CASE("a 100 MiB box warns below 25 MiB free and not for ever") {
    CHECK(floor_for(Stage::warning, default_policy().warning, 100 * kMiB, {}).enter_bytes == 25 * kMiB);
    CHECK(floor_for(Stage::warning, default_policy().warning, 100 * kMiB, {}).leave_bytes == 30 * kMiB);
    CHECK(floor_for(Stage::urgent, default_policy().urgent, 100 * kMiB, {}).enter_bytes == 10 * kMiB);
    CHECK(floor_for(Stage::urgent, default_policy().urgent, 100 * kMiB, {}).leave_bytes ==
          static_cast<std::int64_t>(12.5 * kMiB));
    CHECK(stage_of(storage(60 * kMiB, 100 * kMiB)) == Stage::ok);
    CHECK(stage_of(storage(76 * kMiB, 100 * kMiB)) == Stage::warning);

    StageState state;
    assess(judge(storage(76 * kMiB, 100 * kMiB), default_policy(), {}), state, kStart);
    const auto later = kStart + std::chrono::hours(1);
    assess(judge(storage(60 * kMiB, 100 * kMiB), default_policy(), {}), state, later);
    CHECK(state.stage == Stage::warning); // dwell of a day
    const auto assessment = assess(judge(storage(60 * kMiB, 100 * kMiB), default_policy(), {}), state, later + Days(1));
    CHECK(assessment.stage == Stage::ok);
}

TEST_CASE("the largest usual mail raises the floor, but never above the share of the limit") {
    const Policy policy = default_policy();
    CHECK(floor_for(Stage::warning, policy.warning, 10'000 * kMiB, 80 * kMiB).enter_bytes == 160 * kMiB);
    CHECK(floor_for(Stage::urgent, policy.urgent, 10'000 * kMiB, 80 * kMiB).enter_bytes == 80 * kMiB);
    CHECK(floor_for(Stage::warning, policy.warning, 200 * kMiB, 80 * kMiB).enter_bytes == 50 * kMiB);
    StageRule off = policy.warning;
    off.free = ByteSize{0};
    CHECK(floor_for(Stage::warning, off, 200 * kMiB, 80 * kMiB).enter_bytes == 0);
}

TEST_CASE("percentages do not count while a big box has plenty free") {
    CHECK(stage_of(storage(40 * kGB, 50 * kGB)) == Stage::ok);
    CHECK(stage_of(storage(46 * kGB, 50 * kGB)) == Stage::urgent);
    CHECK(stage_of(storage(45 * kGB, 50 * kGB)) == Stage::ok); // exactly 5 GB free is not less than 5 GB
}

TEST_CASE("every root is judged and the tightest speaks") {
    Snapshot snapshot = percent_of(10);
    snapshot.quota.push_back(
        {.root = "INBOX.Archive", .name = "STORAGE", .used = 95 * kMiB, .limit = 100 * kMiB, .unit = Unit::bytes});
    const Assessment assessment = assess_once(judge(snapshot, default_policy(), {}));
    CHECK(assessment.stage == Stage::urgent);
    REQUIRE(assessment.tightest);
    CHECK(assessment.tightest->root == "INBOX.Archive");
    CHECK(assessment.tightest->used_ratio == Approx(0.95));
}

TEST_CASE("a limit of messages is judged by counts") {
    Snapshot snapshot = percent_of(10);
    snapshot.quota.push_back({.root = "User quota", .name = "MESSAGE", .used = 85, .limit = 100});
    const Assessment assessment = assess_once(judge(snapshot, default_policy(), {}));
    CHECK(assessment.stage == Stage::warning);
    CHECK(assessment.reasons == std::vector{Reason::messages});
    CHECK(assessment.tightest->resource == "MESSAGE");
}

TEST_CASE("three kinds of nothing are told apart") {
    Snapshot snapshot;
    snapshot.limit_source = LimitSource::none;
    CHECK(stage_of(snapshot) == Stage::ok);
    snapshot.limit_source = LimitSource::not_told;
    CHECK_FALSE(stage_of(snapshot));
    snapshot.limit_source = LimitSource::unclear;
    snapshot.quota = {{.root = "", .name = "STORAGE", .used = 5 * kMiB, .limit = 0, .unit = Unit::bytes}};
    CHECK_FALSE(stage_of(snapshot));
    CHECK_FALSE(assess_once(judge(snapshot, default_policy(), {})).tightest);
}

TEST_CASE("a refusal for lack of space makes a mailbox full whatever was measured") {
    const Assessment assessment = assess_once(
        judge(percent_of(50), default_policy(), {.forecast = {}, .largest_usual_mail_bytes = {}, .refused = true}));
    CHECK(assessment.stage == Stage::full);
    CHECK(assessment.reasons == std::vector{Reason::refused});
}

TEST_CASE("the forecast warns early quantiles first, and a warning needs a half-full box") {
    Outlook soon;
    soon.forecast = Forecast{.growth_bytes_per_day = 1e6, .full_in_days = {.p10 = 5, .p25 = 10, .p50 = 20, .p90 = 60}};
    CHECK(assess_once(judge(percent_of(55), default_policy(), soon)).stage == Stage::warning);
    CHECK(assess_once(judge(percent_of(45), default_policy(), soon)).stage == Stage::notice);
    soon.forecast->full_in_days.p50 = 4;
    const Assessment urgent = assess_once(judge(percent_of(55), default_policy(), soon));
    CHECK(urgent.stage == Stage::urgent);
    CHECK(urgent.reasons == std::vector{Reason::full_within});
}

TEST_CASE("a box that hovers around a threshold keeps its stage") {
    const Policy policy = only_percent();
    StageState state;
    Time now = kStart;
    int changes = 0;
    for (const double percent : {79.0, 81.0, 79.0, 80.5, 78.0, 81.0, 76.0, 80.0}) {
        const auto before = state.stage;
        assess(judge(percent_of(percent), policy, {}), state, now);
        changes += before && *before != *state.stage ? 1 : 0;
        now += std::chrono::hours(6);
    }
    CHECK(changes == 1);
    CHECK(state.stage == Stage::warning);
}

TEST_CASE("urgent falls to warning after a day below 88 %, and from there to ok") {
    const Policy policy = only_percent();
    StageState state;
    assess(judge(percent_of(93), policy, {}), state, kStart);
    assess(judge(percent_of(85), policy, {}), state, kStart + std::chrono::hours(1));
    CHECK(state.stage == Stage::urgent);
    assess(judge(percent_of(85), policy, {}), state, kStart + std::chrono::hours(26));
    CHECK(state.stage == Stage::warning);
    assess(judge(percent_of(40), policy, {}), state, kStart + std::chrono::hours(27));
    CHECK(state.stage == Stage::warning);
    assess(judge(percent_of(40), policy, {}), state, kStart + std::chrono::hours(52));
    CHECK(state.stage == Stage::ok);
}

TEST_CASE("full is left after two measurements, and a clean-up then waits for the dwell of the stages below") {
    const Policy policy = only_percent();
    StageState state;
    assess(judge(percent_of(100), policy, {}), state, kStart);
    CHECK(state.stage == Stage::full);
    assess(judge(percent_of(50), policy, {}), state, kStart + std::chrono::minutes(15));
    CHECK(state.stage == Stage::full);
    const Assessment assessment = assess(judge(percent_of(50), policy, {}), state, kStart + std::chrono::minutes(30));
    CHECK(assessment.stage == Stage::urgent);
    assess(judge(percent_of(50), policy, {}), state, kStart + std::chrono::hours(25));
    CHECK(state.stage == Stage::ok);
}

TEST_CASE("a measurement that tells nothing leaves the memory of a stage alone") {
    StageState state;
    assess(judge(percent_of(95), default_policy(), {}), state, kStart);
    const StageState before = state;
    Snapshot untold;
    untold.limit_source = LimitSource::not_told;
    const Assessment assessment = assess(judge(untold, default_policy(), {}), state, kStart + Days(3));
    CHECK_FALSE(assessment.stage);
    CHECK(state == before);
}

TEST_CASE("a lowered limit is judged by the state, without any crossing") {
    StageState state;
    assess(judge(storage(400 * kMiB, 1000 * kMiB), default_policy(), {}), state, kStart);
    CHECK(state.stage == Stage::ok);
    assess(judge(storage(400 * kMiB, 401 * kMiB), default_policy(), {}), state, kStart + std::chrono::minutes(15));
    CHECK(state.stage == Stage::full);
}

TEST_CASE("a spike that nobody confirmed is left at once, what was confirmed is left slowly") {
    const Seconds confirm = std::chrono::minutes(10);
    const Policy policy = only_percent();
    const auto at = [&](StageState& state, double percent, std::chrono::minutes after) {
        return assess(judge(percent_of(percent), policy, {}), state, kStart + after, confirm);
    };
    StageState spike;
    at(spike, 50, std::chrono::minutes(0));
    CHECK(at(spike, 100, std::chrono::minutes(15)).stage == Stage::full);
    CHECK(at(spike, 50, std::chrono::minutes(25)).stage == Stage::ok);
    StageState lasting;
    at(lasting, 95, std::chrono::minutes(0));
    at(lasting, 95, std::chrono::minutes(10));
    const Assessment held = at(lasting, 50, std::chrono::minutes(20));
    CHECK(held.stage == Stage::urgent);
    CHECK(held.without_dwell == Stage::ok);
    CHECK(at(lasting, 50, std::chrono::minutes(20 + 24 * 60)).stage == Stage::ok);
}

TEST_CASE("a spike above a confirmed stage falls back to that stage") {
    const Seconds confirm = std::chrono::minutes(10);
    const Policy policy = only_percent();
    StageState state;
    for (int minute : {0, 10, 20})
        assess(judge(percent_of(85), policy, {}), state, kStart + std::chrono::minutes(minute), confirm);
    assess(judge(percent_of(100), policy, {}), state, kStart + std::chrono::minutes(30), confirm);
    const auto after = assess(judge(percent_of(70), policy, {}), state, kStart + std::chrono::minutes(40), confirm);
    CHECK(after.stage == Stage::warning);
    CHECK(after.without_dwell == Stage::notice);
}

} // namespace
} // namespace mailquotad
