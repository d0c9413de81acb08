#include "core/alert.h"

#include "catch.h"

namespace mailquotad {
namespace {

const Time kMonday{std::chrono::sys_days{std::chrono::year{2026} / 11 / 23} + std::chrono::hours(10)};

/// An owner who was told of "urgent" a week ago.
AlertState told_a_week_ago() {
    AlertState state;
    state.decided_before = true;
    state.episode = Episode{};
    state.episode->number = 1;
    state.episode->told = Told{.stage = Stage::urgent, .at = kMonday - Days(7), .mails_in_stage = 1};
    return state;
}

DecisionReason reason_for(const Assessment& assessment) {
    Circumstances at;
    at.now = kMonday;
    return decide(told_a_week_ago(), assessment, {.confirm_after = Seconds(0), .quiet_hours = {}}, at).reason;
}

TEST_CASE("no reminder goes out about a stage that is being left") {
    Assessment cleaned_up;
    cleaned_up.stage = Stage::urgent; // for the rest of its day
    cleaned_up.measured = Stage::ok;
    CHECK(reason_for(cleaned_up) == DecisionReason::stage_falling);
}

TEST_CASE("a reminder goes out about a stage that hysteresis holds for a reason") {
    Assessment hovering;
    hovering.stage = Stage::urgent;
    hovering.measured = Stage::warning;
    hovering.reasons = {Reason::used};
    CHECK(reason_for(hovering) == DecisionReason::reminder_due);
}

} // namespace
} // namespace mailquotad
