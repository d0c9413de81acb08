// What a wire log of many questions says of one of them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace mailquotad::imap {

/// Stands between the logs of two connections in what excerpt_about() is given.
inline constexpr const char* kAnotherConnection = "-- another connection";

/// The lines of a wire log that show how a conversation began and what became of one command, without those about
/// others: `command` is its text without the tag, as `GETQUOTA "user/kim"`. Where it was never answered, the last lines
/// of its connection are among them, for they show what went wrong.
std::vector<std::string> excerpt_about(const std::vector<std::string>& wire_log, std::string_view command);

} // namespace mailquotad::imap
