// Small questions about HTTP headers, answered without a server.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mailquotad::observe {

/// Whether a Host header (RFC 9110 section 7.2) names this server in a way that no foreign DNS can: an IP literal,
/// localhost, or one of `hosts`. A page of a stranger whose name was rebound to our address sends its own name.
bool is_own_host(std::string_view host_header, const std::vector<std::string>& hosts);

/// The best language of an Accept-Language header (RFC 9110 section 12.5.4) among those that are there: "de-AT;q=0.8"
/// is met by "de"; `fallback` where none is, or where only "*" fits.
std::string choose_language(std::string_view accept_language, const std::vector<std::string>& available,
                            const std::string& fallback);

/// One percent-decoded path segment; nothing for a broken escape.
std::optional<std::string> from_path_segment(std::string_view segment);

/// "Sun, 06 Nov 1994 08:49:37 GMT" (RFC 9110 section 5.6.7) for seconds since 1970.
std::string to_http_date(long long seconds);

} // namespace mailquotad::observe
