// The measurements of a mailbox as a file for a spreadsheet.
#pragma once

#include "store/database.h"

#include <string>
#include <vector>

namespace mailquotad::app {

/// "time,used_bytes,limit_bytes,messages" and a line for each: time in UTC, what is unknown empty.
std::string history_csv(const std::vector<store::Sample>& samples);

} // namespace mailquotad::app
