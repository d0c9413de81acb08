#include "core/alert.h"

#include "catch.h"

namespace mailquotad {
namespace {

const Time kMonday{std::chrono::sys_days{std::chrono::year{2026} / 11 / 23} + std::chrono::hours(10)};

/// One mailbox through its life: measures stages, takes mails, remembers.
struct Life {
    AlertState state;
    AlertRules rules{.confirm_after = Seconds(0), .quiet_hours = {}};
    Time now = kMonday;
    int mails_last_hour = 0;
    bool silenced = false;
    bool held = false;

    Decision measure(std::optional<Stage> stage) {
        Assessment assessment;
        assessment.stage = stage;
        const auto day = std::chrono::floor<Days>(now);
        const LocalTime local{.day = day, .minute_of_day = std::chrono::floor<std::chrono::minutes>(now - day)};
        Decision decision = decide(
            state, assessment, rules,
            {.now = now, .local = local, .mails_last_hour = mails_last_hour, .silenced = silenced, .held = held});
        state = decision.next;
        return decision;
    }
    void accept() {
        REQUIRE(state.waiting);
        state = accepted(state, state.waiting->kind, state.waiting->stage, now);
    }
    DecisionReason measure_and_accept(std::optional<Stage> stage) {
        const Decision decision = measure(stage);
        if (decision.notify)
            accept();
        return decision.reason;
    }
};

TEST_CASE("an owner is told once, and told is only what the server accepted") {
    Life life;
    const Decision first = life.measure(Stage::warning);
    CHECK(first.reason == DecisionReason::stage_entered);
    REQUIRE(first.notify);
    CHECK(first.notify->number == 1);
    CHECK_FALSE(life.state.episode->told);
    CHECK(life.measure(Stage::warning).reason == DecisionReason::mail_waiting);
    life.accept();
    CHECK(life.state.episode->told->stage == Stage::warning);
    CHECK(life.measure(Stage::warning).reason == DecisionReason::already_told);
}

TEST_CASE("a second measurement confirms a stage before any mail") {
    Life life;
    life.rules.confirm_after = std::chrono::minutes(10);
    const Decision first = life.measure(Stage::urgent);
    CHECK(first.reason == DecisionReason::not_confirmed);
    CHECK(first.measure_again_at == life.now + std::chrono::minutes(10));
    life.now += std::chrono::minutes(5);
    CHECK(life.measure(Stage::urgent).reason == DecisionReason::not_confirmed);
    life.now += std::chrono::minutes(5);
    CHECK(life.measure(Stage::urgent).reason == DecisionReason::stage_entered);
}

TEST_CASE("a stage that was gone at the second look mails nobody") {
    Life life;
    life.rules.confirm_after = std::chrono::minutes(10);
    life.measure(Stage::full);
    life.now += std::chrono::minutes(10);
    CHECK(life.measure(Stage::ok).reason == DecisionReason::stage_ok);
    CHECK_FALSE(life.state.episode);
    CHECK_FALSE(life.state.unconfirmed);
}

TEST_CASE("a stage that only hysteresis holds does not confirm a spike") {
    const auto at = [](Time now) {
        Circumstances circumstances;
        circumstances.now = now;
        return circumstances;
    };
    AlertRules at_once;
    at_once.confirm_after = Seconds(0);
    AlertRules rules;
    rules.confirm_after = std::chrono::minutes(10);
    Assessment spike;
    spike.stage = spike.measured = Stage::urgent;
    const Decision first = decide({}, spike, rules, at(kMonday));
    CHECK(first.reason == DecisionReason::not_confirmed);
    Assessment held = spike;
    held.measured = Stage::ok;
    const Decision second = decide(first.next, held, rules, at(kMonday + std::chrono::minutes(10)));
    CHECK_FALSE(second.notify);
    CHECK(second.reason == DecisionReason::stage_ok);
    const AlertState told = accepted(decide(second.next, spike, at_once, at(kMonday)).next, NotificationKind::warning,
                                     Stage::urgent, kMonday);
    CHECK(decide(told, held, rules, at(kMonday + std::chrono::hours(1))).reason == DecisionReason::already_told);
}

TEST_CASE("a lower second measurement confirms the lower stage") {
    Life life;
    life.rules.confirm_after = std::chrono::minutes(10);
    life.measure(Stage::urgent);
    life.now += std::chrono::minutes(10);
    const Decision decision = life.measure(Stage::warning);
    REQUIRE(decision.notify);
    CHECK(decision.notify->stage == Stage::warning);
}

TEST_CASE("a higher stage mails at once although the lower one was told today") {
    Life life;
    life.measure_and_accept(Stage::warning);
    life.now += std::chrono::hours(1);
    CHECK(life.measure_and_accept(Stage::urgent) == DecisionReason::stage_raised);
    life.now += std::chrono::hours(1);
    CHECK(life.measure_and_accept(Stage::full) == DecisionReason::stage_raised);
    CHECK(life.state.episode->mails == 3);
}

TEST_CASE("reminders thin out and run from the accepted mail") {
    Life life;
    std::vector<int> days;
    for (int day = 0; day < 120; ++day) {
        if (is_sent(life.measure_and_accept(Stage::warning)))
            days.push_back(day);
        life.now += Days(1);
    }
    CHECK(days == std::vector{0, 7, 21, 51, 81, 111});
}

TEST_CASE("a full mailbox is reminded on days 0, 1, 3, then every third") {
    Life life;
    std::vector<int> days;
    for (int day = 0; day < 11; ++day) {
        if (is_sent(life.measure_and_accept(Stage::full)))
            days.push_back(day);
        life.now += Days(1);
    }
    CHECK(days == std::vector{0, 1, 3, 6, 9});
}

TEST_CASE("one all-clear is sent after a warning, and then the episode ends") {
    Life life;
    life.measure_and_accept(Stage::warning);
    life.now += Days(2);
    const Decision decision = life.measure(Stage::ok);
    CHECK(decision.reason == DecisionReason::all_clear);
    CHECK(decision.notify->episode == 1);
    life.accept();
    CHECK_FALSE(life.state.episode);
    CHECK(life.measure(Stage::ok).reason == DecisionReason::stage_ok);
    life.now += Days(2);
    CHECK(life.measure(Stage::warning).notify->episode == 2);
}

TEST_CASE("no all-clear goes to an owner who was never told") {
    Life life;
    life.rules.can_mail = false;
    CHECK(life.measure(Stage::urgent).reason == DecisionReason::no_smtp);
    CHECK(life.measure(Stage::ok).reason == DecisionReason::stage_ok);
    CHECK_FALSE(life.state.episode);
}

TEST_CASE("notice mails nobody unless the owner wants it") {
    Life life;
    CHECK(life.measure(Stage::notice).reason == DecisionReason::not_a_mailing_stage);
    life.rules.owner_wants_notice = true;
    CHECK(life.measure(Stage::notice).reason == DecisionReason::stage_entered);
}

TEST_CASE("quiet hours wait for the morning but never hold a full mailbox") {
    Life life;
    life.rules.quiet_hours = QuietHours{.begin = std::chrono::hours(20), .end = std::chrono::hours(8)};
    life.now += std::chrono::hours(12); // 22:00
    CHECK(life.measure(Stage::urgent).reason == DecisionReason::quiet_hours);
    CHECK(life.measure(Stage::full).reason == DecisionReason::stage_entered);
    Life other;
    other.rules.quiet_hours = life.rules.quiet_hours;
    other.now += std::chrono::hours(12);
    other.measure(Stage::warning);
    other.now += std::chrono::hours(10); // 08:00
    CHECK(other.measure(Stage::warning).reason == DecisionReason::stage_entered);
}

TEST_CASE("quiet hours may lie within a day or wrap around midnight") {
    using std::chrono::hours;
    const QuietHours night{.begin = hours(20), .end = hours(8)};
    CHECK(night.contains(hours(23)));
    CHECK(night.contains(hours(0)));
    CHECK_FALSE(night.contains(hours(8)));
    CHECK(night.contains(hours(20)));
    const QuietHours noon{.begin = hours(12), .end = hours(14)};
    CHECK(noon.contains(hours(12)));
    CHECK_FALSE(noon.contains(hours(14)));
}

TEST_CASE("a mailbox that fell is quiet for a month and told again when it rises") {
    Life life;
    life.measure_and_accept(Stage::urgent);
    life.now += Days(2);
    CHECK(life.measure(Stage::warning).reason == DecisionReason::stage_falling);
    life.now += Days(28);
    CHECK(life.measure_and_accept(Stage::warning) == DecisionReason::reminder_due);
    life.now += Days(2);
    CHECK(life.measure(Stage::urgent).reason == DecisionReason::stage_raised);
}

TEST_CASE("too many mails in an hour hold a warning but not a full mailbox") {
    Life life;
    life.mails_last_hour = 20;
    CHECK(life.measure(Stage::urgent).reason == DecisionReason::per_hour_limit);
    CHECK(life.measure(Stage::full).reason == DecisionReason::stage_entered);
}

TEST_CASE("a silenced or held mailbox mails nobody") {
    Life life;
    life.silenced = true;
    CHECK(life.measure(Stage::full).reason == DecisionReason::silenced);
    life.silenced = false;
    life.held = true;
    CHECK(life.measure(Stage::full).reason == DecisionReason::burst_held);
}

TEST_CASE("a mail that was refused for good is decided anew after a day, not at every poll") {
    Life life;
    life.measure(Stage::full);
    life.state = refused_for_good(life.state, NotificationKind::warning, Stage::full, life.now);
    CHECK_FALSE(life.state.episode->told);
    life.now += std::chrono::minutes(15);
    CHECK(life.measure(Stage::full).reason == DecisionReason::delivery_refused);
    life.now += Days(1);
    CHECK(life.measure(Stage::full).reason == DecisionReason::stage_entered);
}

TEST_CASE("a waiting mail about a lower stage does not hold the higher one") {
    Life life;
    life.measure(Stage::warning);
    const Decision raised = life.measure(Stage::full);
    REQUIRE(raised.notify);
    CHECK(raised.notify->number == 2);
    life.state = accepted(life.state, NotificationKind::warning, Stage::warning, life.now);
    CHECK(life.state.waiting);
    life.accept();
    CHECK(life.state.episode->told->stage == Stage::full);
}

TEST_CASE("unknown usage decides nothing and forgets nothing") {
    Life life;
    life.measure_and_accept(Stage::urgent);
    const auto episode = life.state.episode;
    CHECK(life.measure(std::nullopt).reason == DecisionReason::unknown_usage);
    CHECK(life.state.episode == episode);
}

TEST_CASE("a box that hovers around 80 % for two months gets no more mails than the ladder allows") {
    Life life;
    int mails = 0;
    for (int hour = 0; hour < 24 * 60; ++hour) {
        // hysteresis keeps the stage; even where it did not, nothing more than the ladder goes out
        mails += is_sent(life.measure_and_accept(Stage::warning)) ? 1 : 0;
        life.now += std::chrono::hours(1);
    }
    CHECK(mails == 4);
}

TEST_CASE("a warning waits for the end of a holiday, urgent and full do not") {
    Life life;
    life.rules.days_off.weekdays[std::chrono::Monday.c_encoding()] = true;
    CHECK(life.measure(Stage::warning).reason == DecisionReason::day_off);
    CHECK(life.measure(Stage::urgent).reason == DecisionReason::stage_entered);
    Life full;
    full.rules.days_off = life.rules.days_off;
    CHECK(full.measure(Stage::full).reason == DecisionReason::stage_entered);
    Life tuesday;
    tuesday.rules.days_off = life.rules.days_off;
    tuesday.now += Days(1);
    CHECK(tuesday.measure(Stage::warning).reason == DecisionReason::stage_entered);
}

TEST_CASE("a jump waits for the other mailboxes, the first sight of a mailbox does not") {
    Life life;
    life.rules.burst_window = std::chrono::minutes(17);
    CHECK(life.measure(Stage::ok).reason == DecisionReason::stage_ok);
    const Decision jump = life.measure(Stage::full);
    CHECK(jump.reason == DecisionReason::others_first);
    CHECK(jump.measure_again_at == life.now + std::chrono::minutes(17));
    life.now += std::chrono::minutes(17);
    CHECK(life.measure(Stage::full).reason == DecisionReason::stage_entered);
    Life new_box;
    new_box.rules = life.rules;
    new_box.rules.confirm_after = std::chrono::minutes(10);
    CHECK(new_box.measure(Stage::full).reason == DecisionReason::not_confirmed);
    new_box.now += std::chrono::minutes(10);
    CHECK(new_box.measure(Stage::full).reason == DecisionReason::stage_entered);
}

TEST_CASE("a waiting mail is taken back when what it says is no longer so") {
    Life life;
    life.measure(Stage::urgent);
    const Decision fallen = life.measure(Stage::ok);
    REQUIRE(fallen.withdrawn);
    CHECK(fallen.withdrawn->stage == Stage::urgent);
    CHECK(fallen.reason == DecisionReason::withdrawn);
    CHECK_FALSE(fallen.notify);
    CHECK_FALSE(life.state.episode);
}

TEST_CASE("a waiting mail is rewritten at once when a lower stage is left to tell") {
    Life life;
    life.rules.confirm_after = std::chrono::minutes(10);
    life.measure(Stage::urgent);
    life.now += std::chrono::minutes(10);
    REQUIRE(life.measure(Stage::urgent).notify);
    life.state.episode->first_message_id = life.state.episode->last_message_id = "nobody has it";
    const Decision lower = life.measure(Stage::warning);
    REQUIRE(lower.withdrawn);
    REQUIRE(lower.notify);
    CHECK(lower.notify->stage == Stage::warning);
    CHECK(lower.notify->number == 2);
    CHECK(life.state.episode->first_message_id.empty());
}

TEST_CASE("a mail that only waits for time to pass is still true, and one that is on its way is left alone") {
    Life life;
    Assessment held;
    held.stage = Stage::urgent;
    held.measured = Stage::warning;
    held.without_dwell = Stage::urgent;
    life.measure(Stage::urgent);
    const Circumstances now{.now = life.now, .local = {}};
    CHECK_FALSE(decide(life.state, held, life.rules, now).withdrawn);
    held.without_dwell = Stage::warning;
    CHECK(decide(life.state, held, life.rules, now).withdrawn);
    Circumstances flying = now;
    flying.mail_in_flight = true;
    const Decision decision = decide(life.state, held, life.rules, flying);
    CHECK_FALSE(decision.withdrawn);
    CHECK(decision.reason == DecisionReason::mail_waiting);
}

TEST_CASE("an all-clear that nobody took yet is taken back when the mailbox fills again") {
    Life life;
    life.measure_and_accept(Stage::warning);
    life.now += Days(2);
    CHECK(life.measure(Stage::ok).reason == DecisionReason::all_clear);
    const Decision again = life.measure(Stage::warning);
    REQUIRE(again.withdrawn);
    CHECK(again.withdrawn->kind == NotificationKind::all_clear);
    CHECK(life.state.episode->told->stage == Stage::warning);
}

TEST_CASE("a higher stage takes the place of the mail that waits") {
    Life life;
    life.measure(Stage::warning);
    const Decision raised = life.measure(Stage::full);
    REQUIRE(raised.withdrawn);
    CHECK(raised.withdrawn->stage == Stage::warning);
    CHECK(raised.reason == DecisionReason::stage_entered);
}

TEST_CASE("what the webmaster dropped is not said, a higher stage is") {
    Life life;
    life.held = true;
    life.state.stage.stage = Stage::warning;
    CHECK(life.measure(Stage::warning).reason == DecisionReason::burst_held);
    life.held = false;
    life.state = dropped(life.state, life.now);
    CHECK(life.measure(Stage::warning).reason == DecisionReason::burst_dropped);
    CHECK(life.measure(Stage::urgent).reason == DecisionReason::stage_entered);
    Life month;
    month.state.episode.emplace();
    month.state = dropped(month.state, life.now);
    month.now += Days(30);
    CHECK(month.measure(Stage::warning).reason == DecisionReason::stage_entered);
}

TEST_CASE("no all-clear follows mails that were dropped") {
    Life life;
    life.held = true;
    life.state.stage.stage = Stage::warning;
    life.measure(Stage::warning);
    life.held = false;
    life.state = dropped(life.state, life.now);
    CHECK(life.measure(Stage::ok).reason == DecisionReason::stage_ok);
    CHECK_FALSE(life.state.episode);
}

TEST_CASE("nobody is mailed about a mailbox whose settings say so") {
    Life life;
    life.rules.may_mail = false;
    CHECK(life.measure(Stage::full).reason == DecisionReason::never_mailed);
}

TEST_CASE("the webmaster is asked to call once for each stage that lasts too long after the owner was told") {
    Life life;
    life.state.stage.stage = Stage::urgent;
    life.state.stage.since = life.now;
    life.measure_and_accept(Stage::urgent);
    life.now += Days(5) - Seconds(1);
    CHECK_FALSE(life.measure(Stage::urgent).ask_to_call);
    life.now += Seconds(1);
    CHECK(life.measure(Stage::urgent).ask_to_call);
    CHECK_FALSE(life.measure(Stage::urgent).ask_to_call);
    life.state.stage.stage = Stage::full;
    life.state.stage.since = life.now;
    life.state.waiting.reset();
    life.measure_and_accept(Stage::full);
    life.now += Days(2);
    CHECK(life.measure(Stage::full).ask_to_call);
}

TEST_CASE("nobody is asked to call about an owner who was not told, is silenced or only warned") {
    Life life;
    life.state.stage.stage = Stage::full;
    life.state.stage.since = life.now - Days(9);
    CHECK_FALSE(life.measure(Stage::full).ask_to_call);
    life.accept();
    life.silenced = true;
    CHECK_FALSE(life.measure(Stage::full).ask_to_call);
    CHECK_FALSE(patience_with(Stage::warning));
}

TEST_CASE("every reason has a name that can be read back") {
    for (const DecisionReason reason : kAllDecisionReasons)
        CHECK(parse_decision_reason(to_string(reason)) == reason);
    CHECK_FALSE(parse_decision_reason("because"));
}

} // namespace
} // namespace mailquotad
