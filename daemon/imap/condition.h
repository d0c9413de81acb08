// The outcome of a command or a server's remark: OK, NO, BAD, BYE, PREAUTH with code and text (RFC 3501 section 7.1).
#pragma once

#include "core/measurement.h"

#include <optional>
#include <string>
#include <string_view>

namespace mailquotad::imap {

enum class ConditionKind { ok, no, bad, bye, preauth };

struct Condition {
    ConditionKind kind = ConditionKind::bad;
    std::string code;      ///< upper case, "AUTHENTICATIONFAILED"; empty where there is none
    std::string arguments; ///< what follows the code inside the brackets
    std::string text;      ///< for humans; cut at 300 bytes

    [[nodiscard]] bool ok() const { return kind == ConditionKind::ok; }
};

/// Reads "OK [CODE arguments] text". Nothing where it does not begin with one of the five words. A bracket that is
/// never closed is text (rule `open_code`; Exchange: ruby/net-imap #597).
std::optional<Condition> parse_condition(std::string_view response);

/// "NO [CODE] text", for a failure's detail.
std::string to_string(const Condition& condition);

/// What a NO or BYE at greeting or login means: throttled (come back later), login_disabled or `otherwise`.
/// By RFC 5530 code first, by usual words where there is no code.
FailureKind classify_refusal(const Condition& condition, FailureKind otherwise);

} // namespace mailquotad::imap
