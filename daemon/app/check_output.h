// The three ways in which `mailquotad check` prints.
#pragma once

#include "app/check_result.h"
#include "core/time.h"

#include <string>
#include <vector>

namespace mailquotad::app {

/// For people: a line per mailbox, foreign text made harmless. `colour` for a terminal.
std::string check_table(const std::vector<CheckResult>& results, bool colour);

/// CONTRACT.md, "JSON of check"; exact names and numbers.
std::string check_json(const std::vector<CheckResult>& results, Time checked_at);

/// A Nagios plugin's output: one line with perfdata, then a line per mailbox.
std::string check_nagios(const std::vector<CheckResult>& results);

/// "431 MiB", "1.2 GiB": 1024-based, for the shell.
std::string iec(std::int64_t bytes);

} // namespace mailquotad::app
