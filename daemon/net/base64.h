// Base64 as SASL sends it (RFC 4648 section 4): padded, no line breaks.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace mailquotad::net {

std::string encode_base64(std::string_view bytes);

/// Nothing for text that is not base64; missing padding is tolerated.
std::optional<std::string> decode_base64(std::string_view text);

} // namespace mailquotad::net
