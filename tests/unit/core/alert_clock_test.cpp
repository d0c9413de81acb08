#include "core/alert_clock.h"

#include "catch.h"

namespace mailquotad {
namespace {

const Time kNow{std::chrono::sys_days{std::chrono::year{2026} / 11 / 21}};
const Time kAhead = kNow + Days(365);

AlertState written_at(Time time) {
    AlertState state;
    state.stage.since = time;
    state.stage.left_since.fill(time);
    state.stage.seen_since.fill(time);
    state.episode = Episode{};
    state.episode->began = time;
    state.episode->told = Told{.stage = Stage::warning, .at = time, .mails_in_stage = 1};
    state.episode->dropped = Dropped{.stage = Stage::warning, .at = time};
    state.unconfirmed = Unconfirmed{};
    state.unconfirmed->first_seen = time;
    state.waiting = Waiting{.kind = NotificationKind::warning, .stage = Stage::warning, .since = time};
    state.last_mail_at = time;
    state.refused_at = time;
    return state;
}

TEST_CASE("what a clock wrote that was ahead counts as written now") {
    CHECK(not_after(written_at(kAhead), kNow) == written_at(kNow));
}

TEST_CASE("what was written before stays as it is") {
    CHECK(not_after(written_at(kNow - Days(3)), kNow) == written_at(kNow - Days(3)));
    CHECK(not_after(AlertState{}, kNow) == AlertState{});
}

} // namespace
} // namespace mailquotad
