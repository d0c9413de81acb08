#include "store/texts.h"

#include "core/escape.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <charconv>
#include <stdexcept>

namespace mailquotad::store {

namespace {

using nlohmann::json;

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

// The member of an object; null where there is none. A value that is no object has lost something: no default for it.
const json& member(const json& object, const char* name) {
    static const json kNull;
    if (!object.is_object())
        throw std::runtime_error("an object is missing");
    const auto found = object.find(name);
    return found == object.end() ? kNull : *found;
}

// Sets `target` where the object has the member.
template <typename T>
void take(const json& object, const char* name, T& target) {
    if (const json& value = member(object, name); !value.is_null())
        target = value.get<T>();
}

void take(const json& object, const char* name, Time& target) {
    if (const json& value = member(object, name); !value.is_null())
        target = time_of(value);
}

template <typename T>
T known(const std::optional<T>& value, const std::string& name) {
    if (!value)
        throw std::runtime_error("unknown name \"" + for_terminal(name) + "\"");
    return *value;
}

Stage stage_of(const json& value) {
    const auto name = value.get<std::string>();
    return known(parse_stage(name), name);
}

NotificationKind kind_of(const json& value) {
    const auto name = value.get<std::string>();
    return known(parse_notification_kind(name), name);
}

DecisionReason reason_of(const json& value) {
    const auto name = value.get<std::string>();
    const auto* const found = std::find_if(std::begin(kAllDecisionReasons), std::end(kAllDecisionReasons),
                                           [&](DecisionReason reason) { return to_string(reason) == name; });
    return known(found == std::end(kAllDecisionReasons) ? std::nullopt : std::optional(*found), name);
}

json to_json(const StageState& state) {
    json left_since = json::array();
    for (const auto& time : state.left_since)
        left_since.push_back(optional_time(time));
    json seen_since = json::array();
    for (const auto& time : state.seen_since)
        seen_since.push_back(optional_time(time));
    return {{"stage", state.stage ? json(to_string(*state.stage)) : json(nullptr)},
            {"since", seconds_of(state.since)},
            {"left_since", left_since},
            {"left_count", state.left_count},
            {"seen_since", seen_since},
            {"proven", state.proven}};
}

StageState stage_state_of(const json& object) {
    StageState state;
    if (const json& stage = member(object, "stage"); !stage.is_null())
        state.stage = stage_of(stage);
    take(object, "since", state.since);
    const json& left_since = member(object, "left_since");
    for (std::size_t i = 0; i < std::min(left_since.size(), state.left_since.size()); ++i)
        state.left_since[i] = optional_time(left_since.at(i));
    take(object, "left_count", state.left_count);
    const json& seen_since = member(object, "seen_since");
    for (std::size_t i = 0; i < std::min(seen_since.size(), state.seen_since.size()); ++i)
        state.seen_since[i] = optional_time(seen_since.at(i));
    take(object, "proven", state.proven);
    return state;
}

json to_json(const Episode& episode) {
    json object{{"number", episode.number},
                {"began", seconds_of(episode.began)},
                {"mails", episode.mails},
                {"first_message_id", episode.first_message_id},
                {"last_message_id", episode.last_message_id}};
    if (const auto& told = episode.told)
        object["told"] = {
            {"stage", to_string(told->stage)}, {"at", seconds_of(told->at)}, {"mails_in_stage", told->mails_in_stage}};
    if (const auto& dropped = episode.dropped)
        object["dropped"] = {{"stage", to_string(dropped->stage)}, {"at", seconds_of(dropped->at)}};
    if (episode.called)
        object["called"] = to_string(*episode.called);
    return object;
}

Episode episode_of(const json& object) {
    Episode episode;
    take(object, "number", episode.number);
    take(object, "began", episode.began);
    take(object, "mails", episode.mails);
    take(object, "first_message_id", episode.first_message_id);
    take(object, "last_message_id", episode.last_message_id);
    if (const json& value = member(object, "told"); !value.is_null()) {
        Told told;
        told.stage = stage_of(value.at("stage"));
        take(value, "at", told.at);
        take(value, "mails_in_stage", told.mails_in_stage);
        episode.told = told;
    }
    if (const json& value = member(object, "dropped"); !value.is_null())
        episode.dropped = Dropped{.stage = stage_of(value.at("stage")), .at = time_of(value.at("at"))};
    if (const json& value = member(object, "called"); !value.is_null())
        episode.called = stage_of(value);
    return episode;
}

constexpr char kHexDigits[] = "0123456789abcdef";

} // namespace

std::string alert_state_text(const AlertState& state) {
    json object{{"stage", to_json(state.stage)},
                {"last_mail_at", optional_time(state.last_mail_at)},
                {"refused_at", optional_time(state.refused_at)},
                {"episodes", state.episodes},
                {"decided_before", state.decided_before},
                {"last_reason", to_string(state.last_reason)},
                {"last_decided_at", seconds_of(state.last_decided_at)}};
    if (state.episode)
        object["episode"] = to_json(*state.episode);
    if (const auto& unconfirmed = state.unconfirmed)
        object["unconfirmed"] = {{"stage", to_string(unconfirmed->stage)},
                                 {"first_seen", seconds_of(unconfirmed->first_seen)},
                                 {"first_sight", unconfirmed->first_sight}};
    if (const auto& waiting = state.waiting)
        object["waiting"] = {{"kind", to_string(waiting->kind)},
                             {"stage", to_string(waiting->stage)},
                             {"since", seconds_of(waiting->since)}};
    return object.dump(-1, ' ', false, json::error_handler_t::replace);
}

AlertState parse_alert_state(std::string_view text) {
    const json object = json::parse(text);
    AlertState state;
    state.stage = stage_state_of(object.at("stage"));
    if (const json& episode = member(object, "episode"); !episode.is_null())
        state.episode = episode_of(episode);
    if (const json& value = member(object, "unconfirmed"); !value.is_null())
        state.unconfirmed = {.stage = stage_of(value.at("stage")),
                             .first_seen = time_of(value.at("first_seen")),
                             .first_sight = value.value("first_sight", false)};
    if (const json& value = member(object, "waiting"); !value.is_null())
        state.waiting = {.kind = kind_of(value.at("kind")),
                         .stage = stage_of(value.at("stage")),
                         .since = time_of(value.at("since"))};
    state.last_mail_at = optional_time(member(object, "last_mail_at"));
    state.refused_at = optional_time(member(object, "refused_at"));
    take(object, "episodes", state.episodes);
    take(object, "decided_before", state.decided_before);
    if (const json& reason = member(object, "last_reason"); !reason.is_null())
        state.last_reason = reason_of(reason);
    take(object, "last_decided_at", state.last_decided_at);
    return state;
}

std::string list_text(const std::vector<std::string>& list) {
    return json(list).dump(-1, ' ', false, json::error_handler_t::replace);
}

std::vector<std::string> parse_list(std::string_view text) {
    return json::parse(text).get<std::vector<std::string>>();
}

std::string roles_text(const std::vector<std::pair<FolderRole, std::int64_t>>& roles) {
    std::string text;
    for (const auto& [role, bytes] : roles) {
        if (!text.empty())
            text += ' ';
        text.append(to_string(role)).append("=").append(std::to_string(bytes));
    }
    return text;
}

std::vector<std::pair<FolderRole, std::int64_t>> parse_roles(std::string_view text) {
    std::vector<std::pair<FolderRole, std::int64_t>> roles;
    while (!text.empty()) {
        const std::string_view word = text.substr(0, text.find(' '));
        text.remove_prefix(std::min(word.size() + 1, text.size()));
        const std::size_t equals = word.find('=');
        const auto role = parse_folder_role(word.substr(0, equals));
        if (!role || equals == std::string_view::npos)
            continue;
        std::int64_t bytes = 0;
        const auto [stop, error] = std::from_chars(word.data() + equals + 1, word.data() + word.size(), bytes);
        if (error == std::errc{} && stop == word.data() + word.size())
            roles.emplace_back(*role, bytes);
    }
    return roles;
}

std::string encode_bytes(std::string_view bytes) {
    const bool as_it_is = is_valid_utf8(bytes);
    std::string text;
    text.reserve(bytes.size());
    for (const char c : bytes) {
        const auto byte = static_cast<unsigned char>(c);
        if (c == '\\' || c == '\0' || (byte >= 0x80 && !as_it_is))
            text.append("\\").append(1, kHexDigits[byte >> 4U]).append(1, kHexDigits[byte & 0xFU]);
        else
            text += c;
    }
    return text;
}

std::string decode_bytes(std::string_view text) {
    std::string bytes;
    bytes.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        unsigned char byte = 0;
        if (text[i] == '\\' && i + 2 < text.size() &&
            std::from_chars(text.data() + i + 1, text.data() + i + 3, byte, 16).ptr == text.data() + i + 3) {
            bytes += static_cast<char>(byte);
            i += 2;
        } else {
            bytes += text[i];
        }
    }
    return bytes;
}

std::string readable(std::string_view text) {
    std::string result = to_valid_utf8(text);
    for (std::size_t at = result.find('\0'); at != std::string::npos; at = result.find('\0', at))
        result.replace(at, 1, "\xEF\xBF\xBD");
    return result;
}

} // namespace mailquotad::store
