// The credentials as SASL PLAIN sends them.
#pragma once

#include "core/secret.h"

#include <string_view>

namespace mailquotad::pop3 {

/// Base64 (RFC 4648 section 4) of "authorisation identity NUL login NUL password" (RFC 4616).
Secret plain_token(std::string_view authorize_as, std::string_view username, std::string_view password);

} // namespace mailquotad::pop3
