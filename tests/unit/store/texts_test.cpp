#include "catch.h"

#include "core/escape.h"
#include "store/texts.h"

#include <rapidcheck.h>

#include <algorithm>

using namespace mailquotad;
using namespace mailquotad::store;
using namespace std::string_literals;

namespace {

Time any_time() {
    return Time(Seconds(*rc::gen::inRange<std::int64_t>(-1'000'000'000, 300'000'000'000)));
}
std::optional<Time> maybe_time() {
    return *rc::gen::arbitrary<bool>() ? std::optional(any_time()) : std::nullopt;
}
Stage any_stage() {
    return *rc::gen::elementOf(std::vector<Stage>(std::begin(kAllStages), std::end(kAllStages)));
}
std::string any_id() {
    return to_valid_utf8(*rc::gen::arbitrary<std::string>());
}

NotificationKind any_kind() {
    return *rc::gen::element(NotificationKind::warning, NotificationKind::reminder, NotificationKind::all_clear);
}

StageState any_stage_state() {
    StageState state;
    if (*rc::gen::arbitrary<bool>())
        state.stage = any_stage();
    state.since = any_time();
    for (auto& time : state.left_since)
        time = maybe_time();
    for (int& count : state.left_count)
        count = *rc::gen::inRange(0, 1'000);
    for (auto& time : state.seen_since)
        time = maybe_time();
    for (bool& proven : state.proven)
        proven = *rc::gen::arbitrary<bool>();
    return state;
}

Episode any_episode() {
    Episode episode{*rc::gen::inRange<std::int64_t>(0, INT64_MAX),
                    any_time(),
                    *rc::gen::inRange(0, 1'000),
                    any_id(),
                    any_id(),
                    std::nullopt,
                    std::nullopt,
                    std::nullopt};
    if (*rc::gen::arbitrary<bool>())
        episode.dropped = Dropped{any_stage(), any_time()};
    if (*rc::gen::arbitrary<bool>())
        episode.called = any_stage();
    if (*rc::gen::arbitrary<bool>())
        episode.told = Told{any_stage(), any_time(), *rc::gen::inRange(0, 100)};
    return episode;
}

AlertState any_state() {
    AlertState state;
    state.stage = any_stage_state();
    if (*rc::gen::arbitrary<bool>())
        state.episode = any_episode();
    if (*rc::gen::arbitrary<bool>())
        state.unconfirmed = Unconfirmed{any_stage(), any_time(), *rc::gen::arbitrary<bool>()};
    if (*rc::gen::arbitrary<bool>())
        state.waiting = Waiting{any_kind(), any_stage(), any_time()};
    state.last_mail_at = maybe_time();
    state.refused_at = maybe_time();
    state.episodes = *rc::gen::inRange<std::int64_t>(0, INT64_MAX);
    state.decided_before = *rc::gen::arbitrary<bool>();
    state.last_reason = *rc::gen::elementOf(
        std::vector<DecisionReason>(std::begin(kAllDecisionReasons), std::end(kAllDecisionReasons)));
    state.last_decided_at = any_time();
    return state;
}

} // namespace

TEST_CASE("every alert state is read back as it was written") {
    CHECK(parse_alert_state(alert_state_text({})) == AlertState{});
    CHECK(rc::check("round trip", [] {
        const AlertState state = any_state();
        RC_ASSERT(parse_alert_state(alert_state_text(state)) == state);
    }));
}

TEST_CASE("no member of an alert state is forgotten: a new one fails here until it is stored and tested") {
    const AlertState state;
    const auto& [stage, episode, unconfirmed, waiting, last_mail_at, refused_at, episodes, decided_before, last_reason,
                 last_decided_at] = state;
    const auto& [current, since, left_since, left_count, seen_since, proven] = stage;
    const Episode none;
    const auto& [number, began, mails, first_message_id, last_message_id, told, dropped, called] = none;
    CHECK((!episode && !unconfirmed && !waiting && !last_mail_at && !refused_at && !current && !told));
    CHECK((episodes == 0 && number == 0 && mails == 0 && !decided_before && left_since.size() == left_count.size()));
    CHECK((!dropped && !called && !seen_since.front() && !proven.front()));
    CHECK((first_message_id.empty() && last_message_id.empty() && since == began && since == last_decided_at));
    CHECK(last_reason == DecisionReason::stage_ok);
}

TEST_CASE("an alert state of an older version keeps defaults for what it does not know") {
    const AlertState state = parse_alert_state(R"({"stage": {"stage": "warning", "since": 60}, "episodes": 4})");
    CHECK(state.stage.stage == Stage::warning);
    CHECK(state.stage.since == Time(Seconds(60)));
    CHECK(state.episodes == 4);
    CHECK_FALSE(state.decided_before);
    CHECK_FALSE(state.episode);
}

TEST_CASE("an alert state that cannot be read is an exception, never a wrong state") {
    const char* bad = GENERATE("", "{", "[]", "{}", "null", R"({"stage": 5})", R"({"stage": {"stage": "red"}})",
                               R"({"stage": {}, "last_reason": "because"})", R"({"stage": {}, "episodes": "four"})",
                               R"({"stage": {}, "waiting": {"kind": "warning"}})",
                               R"({"stage": {}, "unconfirmed": {"stage": "full"}})",
                               R"({"stage": {"left_count": [1]}})", R"({"stage": {}} x)");
    CAPTURE(bad);
    CHECK_THROWS_AS(parse_alert_state(bad), std::exception);
}

TEST_CASE("a list of texts is read back as it was written") {
    CHECK(parse_list(list_text({})).empty());
    const std::vector<std::string> list{"kim@privat.example", "\"a,b\"@x.example", "ü\n"};
    CHECK(parse_list(list_text(list)) == list);
    CHECK_THROWS_AS(parse_list("x"), std::exception);
}

TEST_CASE("sizes by role are read back as they were written, in their order") {
    CHECK(roles_text({}).empty());
    CHECK(parse_roles("").empty());
    std::vector<std::pair<FolderRole, std::int64_t>> roles;
    for (const FolderRole role : kAllFolderRoles)
        roles.emplace_back(role, INT64_MAX - static_cast<std::int64_t>(roles.size()));
    CHECK(parse_roles(roles_text(roles)) == roles);
    CHECK(roles_text({{FolderRole::trash, 5}, {FolderRole::inbox, 0}}) == "trash=5 inbox=0");
}

TEST_CASE("what is no size by role is left out") {
    CHECK(parse_roles("inbox=5 attic=6 sent trash= junk=x drafts=7x archive=99999999999999999999 all=8 ") ==
          std::vector<std::pair<FolderRole, std::int64_t>>{{FolderRole::inbox, 5}, {FolderRole::all, 8}});
}

TEST_CASE("any bytes become text that every database takes, and come back exactly") {
    CHECK(encode_bytes("{\"roots\": [\"Entwürfe\"]}\r\n") == "{\"roots\": [\"Entwürfe\"]}\r\n");
    CHECK(encode_bytes("a\\b") == "a\\5cb");
    CHECK(encode_bytes("a\0"s) == "a\\00");
    CHECK(encode_bytes("\xFFü") == "\\ff\\c3\\bc");
    CHECK(decode_bytes("\\") == "\\");
    CHECK(decode_bytes("\\f") == "\\f");
    CHECK(decode_bytes("\\zz\\ff") == "\\zz\xFF");
    CHECK(rc::check("round trip", [](const std::vector<std::uint8_t>& raw) {
        const std::string bytes(raw.begin(), raw.end());
        const std::string text = encode_bytes(bytes);
        RC_ASSERT(decode_bytes(text) == bytes);
        RC_ASSERT(is_valid_utf8(text));
        RC_ASSERT(text.find('\0') == std::string::npos);
    }));
}

TEST_CASE("foreign text is kept readable") {
    CHECK(readable("NO für immer\r\n") == "NO für immer\r\n");
    CHECK(readable("a\0\0b\xFF"s) == "a\xEF\xBF\xBD\xEF\xBF\xBD"
                                     "b\xEF\xBF\xBD");
}
