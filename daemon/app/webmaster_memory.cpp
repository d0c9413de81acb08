#include "app/webmaster_memory.h"

#include "core/escape.h"

#include <nlohmann/json.hpp>

namespace mailquotad::app {

namespace {

using nlohmann::json;

constexpr const char* kMemoryNote = "webmaster";
constexpr const char* kAnswerNote = "burst_answer";

std::int64_t seconds_of(Time time) {
    return time.time_since_epoch().count();
}
Time time_of(const json& value) {
    return Time(Seconds(value.get<std::int64_t>()));
}
json optional_time(const std::optional<Time>& time) {
    return time ? json(seconds_of(*time)) : json(nullptr);
}
std::optional<Time> optional_time(const json& value) {
    return value.is_null() ? std::nullopt : std::optional(time_of(value));
}
Stage stage_of(const json& value) {
    return parse_stage(value.get<std::string>()).value_or(Stage::ok);
}

json to_json(const BurstState& state) {
    json jumps = json::object();
    for (const auto& [slug, jump] : state.jumps)
        jumps[slug] = {{"server", jump.server},
                       {"from", to_string(jump.from)},
                       {"to", to_string(jump.to)},
                       {"at", seconds_of(jump.at)}};
    json limits = json::object();
    for (const auto& [slug, jump] : state.limits)
        limits[slug] = {{"server", jump.server},
                        {"before", jump.before_bytes},
                        {"after", jump.after_bytes},
                        {"at", seconds_of(jump.at)}};
    json value{{"jumps", jumps}, {"limits", limits}, {"hold", nullptr}, {"holds", state.holds}};
    if (const auto& hold = state.hold)
        value["hold"] = {{"number", hold->number},
                         {"since", seconds_of(hold->since)},
                         {"asked", hold->asked},
                         {"mailboxes", hold->mailboxes}};
    return value;
}

BurstState burst_from(const json& value) {
    BurstState state;
    for (const auto& [slug, jump] : value.at("jumps").items())
        state.jumps[slug] = {.server = jump.at("server").get<std::string>(),
                             .from = stage_of(jump.at("from")),
                             .to = stage_of(jump.at("to")),
                             .at = time_of(jump.at("at"))};
    for (const auto& [slug, jump] : value.at("limits").items())
        state.limits[slug] = {.server = jump.at("server").get<std::string>(),
                              .before_bytes = jump.at("before").get<std::int64_t>(),
                              .after_bytes = jump.at("after").get<std::int64_t>(),
                              .at = time_of(jump.at("at"))};
    state.holds = value.at("holds").get<std::int64_t>();
    if (const json& hold = value.at("hold"); !hold.is_null())
        state.hold = BurstHold{.number = hold.at("number").get<std::int64_t>(),
                               .since = time_of(hold.at("since")),
                               .asked = hold.at("asked").get<bool>(),
                               .mailboxes = hold.at("mailboxes").get<std::set<std::string>>()};
    return state;
}

json to_json(const Trouble& trouble) {
    return {{"kind", static_cast<int>(trouble.kind)},  {"server", trouble.server},
            {"mailboxes", trouble.mailboxes},          {"failure", to_string(trouble.failure)},
            {"detail", to_valid_utf8(trouble.detail)}, {"since", seconds_of(trouble.since)},
            {"until", optional_time(trouble.until)},   {"told", trouble.told}};
}

Trouble trouble_from(const json& value) {
    const int kind = value.at("kind").get<int>();
    return {.kind = kind == 1   ? TroubleKind::server_gone
                    : kind == 2 ? TroubleKind::smtp
                                : TroubleKind::login,
            .server = value.at("server").get<std::string>(),
            .mailboxes = value.at("mailboxes").get<std::set<std::string>>(),
            .failure = parse_failure_kind(value.at("failure").get<std::string>()).value_or(FailureKind::internal),
            .detail = value.at("detail").get<std::string>(),
            .since = time_of(value.at("since")),
            .until = optional_time(value.at("until")),
            .told = value.at("told").get<bool>()};
}

json to_json(const TroubleState& state) {
    json open = json::object();
    for (const auto& [key, trouble] : state.open)
        open[to_valid_utf8(key)] = to_json(trouble);
    json over = json::array();
    for (const Trouble& trouble : state.over)
        over.push_back(to_json(trouble));
    json unreachable = json::object();
    for (const auto& [server, since] : state.unreachable_since)
        unreachable[server] = seconds_of(since);
    return {{"open", open},
            {"over", over},
            {"unreachable_since", unreachable},
            {"smtp_failing_since", optional_time(state.smtp_failing_since)},
            {"smtp_detail", to_valid_utf8(state.smtp_detail)},
            {"last_told", optional_time(state.last_told)}};
}

TroubleState troubles_from(const json& value) {
    TroubleState state;
    for (const auto& [key, trouble] : value.at("open").items())
        state.open[key] = trouble_from(trouble);
    for (const json& trouble : value.at("over"))
        state.over.push_back(trouble_from(trouble));
    for (const auto& [server, since] : value.at("unreachable_since").items())
        state.unreachable_since[server] = time_of(since);
    state.smtp_failing_since = optional_time(value.at("smtp_failing_since"));
    state.smtp_detail = value.at("smtp_detail").get<std::string>();
    state.last_told = optional_time(value.at("last_told"));
    return state;
}

WebmasterMemory memory_from(const std::optional<std::string>& text) {
    const json value = text ? json::parse(*text, nullptr, false) : json();
    if (!value.is_object())
        return {};
    try {
        WebmasterMemory memory;
        memory.burst = burst_from(value.at("burst"));
        memory.trouble = troubles_from(value.at("trouble"));
        memory.digest = {.looked_at = time_of(value.at("digest").at("looked_at")),
                         .mailed_at = optional_time(value.at("digest").at("mailed_at"))};
        return memory;
    } catch (const json::exception&) {
        return {};
    }
}

std::string text_of(const WebmasterMemory& memory) {
    const json value{
        {"burst", to_json(memory.burst)},
        {"trouble", to_json(memory.trouble)},
        {"digest",
         {{"looked_at", seconds_of(memory.digest.looked_at)}, {"mailed_at", optional_time(memory.digest.mailed_at)}}}};
    return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

} // namespace

WebmasterMemory read_webmaster_memory(store::Database& database) {
    return memory_from(database.note(store::kNoMailbox, kMemoryNote));
}

bool was_overtaken(store::Database& database, const WebmasterMemory& memory) {
    const auto text = database.note(store::kNoMailbox, kMemoryNote, true);
    // What was read and is written again is the same text, whatever the version that wrote it first.
    return text && text_of(memory_from(text)) != text_of(memory);
}

void save_webmaster_memory(store::Database& database, const WebmasterMemory& memory) {
    database.save_note(store::kNoMailbox, kMemoryNote, text_of(memory));
}

std::optional<BurstAnswer> read_burst_answer(store::Database& database) {
    const auto text = database.note(store::kNoMailbox, kAnswerNote);
    if (text == "release")
        return BurstAnswer::release;
    return text == "drop" ? std::optional(BurstAnswer::drop) : std::nullopt;
}

void save_burst_answer(store::Database& database, std::optional<BurstAnswer> answer) {
    const std::string text = !answer ? "" : *answer == BurstAnswer::release ? "release" : "drop";
    database.save_note(store::kNoMailbox, kAnswerNote, text);
}

} // namespace mailquotad::app
