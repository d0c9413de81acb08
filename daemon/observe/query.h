// The query of a request (RFC 3986 section 3.4) as a form sends it, read strictly.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mailquotad::observe {

using Query = std::map<std::string, std::string, std::less<>>;

/// "name=value&name=value", "+" for a space and %XX decoded; names without a value are left out, as a form sends fields
/// that nobody filled in. Nothing for more than 1000 bytes, a broken escape, a name that comes twice or has no "=",
/// invalid UTF-8 and control characters.
std::optional<Query> parse_query(std::string_view text);

/// The way back: "?name=value&name=value", or "" for an empty list. Not escaped for HTML.
std::string format_query(const std::vector<std::pair<std::string_view, std::string>>& fields);

} // namespace mailquotad::observe
