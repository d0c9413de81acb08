#include "settings/placeholders.h"

#include <algorithm>

namespace mailquotad::settings {

namespace {

/// Where the {name} at or after `from` begins and ends; nothing where there is none.
std::optional<std::pair<std::size_t, std::size_t>> next_name(std::string_view text, std::size_t from) {
    const std::size_t open = text.find('{', from);
    const std::size_t close = open == std::string_view::npos ? open : text.find('}', open);
    if (close == std::string_view::npos)
        return std::nullopt;
    return std::pair(open, close + 1);
}

} // namespace

Placeholders placeholders_of(const std::string& address) {
    const std::size_t at = address.rfind('@');
    const bool whole = at == std::string::npos;
    return {{"address", address},
            {"local_part", address.substr(0, at)},
            {"domain", whole ? std::string() : address.substr(at + 1)}};
}

bool has_placeholder(std::string_view text) {
    return next_name(text, 0).has_value();
}

std::optional<std::string> filled(std::string_view text, const Placeholders& placeholders) {
    std::string result;
    std::size_t done = 0;
    while (const auto found = next_name(text, done)) {
        const std::string_view name = text.substr(found->first + 1, found->second - found->first - 2);
        const auto known = std::ranges::find(placeholders, name, &Placeholders::value_type::first);
        if (known == placeholders.end())
            return std::nullopt;
        result += text.substr(done, found->first - done);
        result += known->second;
        done = found->second;
    }
    return result + std::string(text.substr(done));
}

} // namespace mailquotad::settings
