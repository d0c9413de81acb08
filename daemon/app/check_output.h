// The four ways in which `mailquotad check` prints.
#pragma once

#include "app/check_result.h"
#include "app/terminal_look.h"
#include "core/time.h"

#include <string>
#include <string_view>
#include <vector>

namespace mailquotad::app {

/// For people: a line per mailbox, foreign text made harmless.
std::string check_table(const std::vector<CheckResult>& results, const TerminalLook& look);

/// CONTRACT.md, "JSON of check"; exact names and numbers.
std::string check_json(const std::vector<CheckResult>& results, Time checked_at);

/// A row per mailbox below a row of names (RFC 4180), empty where nothing is known; columns are only ever added.
std::string check_csv(const std::vector<CheckResult>& results, Time checked_at);

/// A Nagios plugin's output: one line with perfdata, then a line per mailbox.
std::string check_nagios(const std::vector<CheckResult>& results);

/// The same for what keeps any mailbox from being looked at.
std::string check_nagios_unknown(std::string_view why);

/// "431 MiB", "1.2 GiB": 1024-based, for the shell.
std::string iec(std::int64_t bytes);

} // namespace mailquotad::app
