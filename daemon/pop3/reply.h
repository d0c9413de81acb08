// The first line of an answer: +OK or -ERR with code and text (RFC 1939 section 3, RFC 2449 section 8, RFC 3206).
#pragma once

#include "core/measurement.h"

#include <optional>
#include <string>
#include <string_view>

namespace mailquotad::pop3 {

struct Reply {
    bool ok = false;
    std::string code; ///< upper case, "SYS/TEMP"; empty where there is none
    std::string text; ///< what follows; cut at 300 bytes
};

/// Reads "+OK text" or "-ERR [CODE] text". Nothing for any other line. A bracket that is never closed, or that holds no
/// single word, is text.
std::optional<Reply> parse_reply(std::string_view line);

/// "-ERR [CODE] text", for a failure's detail.
std::string to_string(const Reply& reply);

/// What a refusal at greeting or login means: throttled (come back later), login_disabled, login_refused or
/// `otherwise`. By code first, by usual words where there is no code that says it.
FailureKind classify_refusal(const Reply& reply, FailureKind otherwise);

} // namespace mailquotad::pop3
