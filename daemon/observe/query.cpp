#include "observe/query.h"

#include "core/escape.h"
#include "observe/http_rules.h"
#include "observe/page.h"

#include <algorithm>

namespace mailquotad::observe {
namespace {

constexpr std::size_t kLongest = 1000;

std::optional<std::string> decoded(std::string_view text) {
    std::string spaced(text);
    std::replace(spaced.begin(), spaced.end(), '+', ' ');
    auto plain = from_path_segment(spaced);
    const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; };
    if (!plain || !is_valid_utf8(*plain) || std::any_of(plain->begin(), plain->end(), is_control)) {
        return std::nullopt;
    }
    return plain;
}

} // namespace

std::optional<Query> parse_query(std::string_view text) {
    Query query;
    if (text.size() > kLongest) {
        return std::nullopt;
    }
    while (!text.empty()) {
        const std::size_t end = text.find('&');
        const std::string_view field = text.substr(0, end);
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
        const std::size_t equals = field.find('=');
        if (equals == std::string_view::npos) {
            return std::nullopt;
        }
        auto name = decoded(field.substr(0, equals));
        auto value = decoded(field.substr(equals + 1));
        if (!name || !value || !query.try_emplace(std::move(*name), std::move(*value)).second) {
            return std::nullopt;
        }
    }
    std::erase_if(query, [](const auto& field) { return field.second.empty(); });
    return query;
}

std::string format_query(const std::vector<std::pair<std::string_view, std::string>>& fields) {
    std::string text;
    for (const auto& [name, value] : fields) {
        text += (text.empty() ? "?" : "&") + std::string(name) + "=" + to_path_segment(value);
    }
    return text;
}

} // namespace mailquotad::observe
