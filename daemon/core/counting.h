// Whether Trash, Junk and other folders count against the quota: learned by comparing sums with the server's usage.
#pragma once

#include "core/measurement.h"
#include "core/survey.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace mailquotad {

/// By role; a role that is missing counts presumably.
using CountsByRole = std::map<FolderRole, Counts>;

/// The STORAGE resource with a limit that is fullest; nullptr where there is none.
const Resource* fullest_storage(const Snapshot& snapshot);

/// What one measurement says beyond what is known. A role's verdict is yes or no where every way of leaving out roles
/// that explains the server's usage agrees on it (within 2 % of what is left out, and what rounding to KiB per message
/// can do); Trash and Junk are thought of first. Where nothing explains it (a figure that lags behind after a clean-up,
/// files or a calendar in the same quota, several quotas) or the ways disagree, `known` stays. Needs the sizes of all
/// folders and one STORAGE quota that the server told.
CountsByRole learn_counts(const Snapshot& snapshot, CountsByRole known);

/// The verdict on a role.
Counts counts_of(const CountsByRole& known, FolderRole role);

/// "trash=no junk=yes", as it is kept; what is only presumed is left out.
std::string counts_text(const CountsByRole& counts);
/// The way back; what cannot be read is left out.
CountsByRole parse_counts_text(std::string_view text);

} // namespace mailquotad
