// One field of a CSV file for people with a spreadsheet.
#pragma once

#include <string>
#include <string_view>

namespace mailquotad {

/// RFC 4180: quoted where it has to be. A text that a spreadsheet could take for a formula (= + - @ tab or CR first)
/// gets an apostrophe before it; so numbers are to be written without this function.
std::string for_csv(std::string_view text);

} // namespace mailquotad
