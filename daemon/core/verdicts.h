// Each rule of a policy with its numbers: what was measured, where the stage begins, where it is left.
#pragma once

#include "core/assessment.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace mailquotad {

/// One condition of one stage against what was measured. Ratios for used and messages, bytes for free, days for
/// full_within.
struct RuleVerdict {
    Stage stage = Stage::notice;
    Reason reason = Reason::used;
    std::string root;
    std::string resource;
    double measured = 0;
    double enter = 0; ///< the stage begins at this or, for free and full_within, below it
    double leave = 0; ///< the stage is left below this or, for free and full_within, above it
    bool enters = false;
    bool leaves = true;
    bool counts = true; ///< false: switched off here, since more than big_box_free is free
};

/// All conditions that apply to a snapshot, by stage from notice to full. Agrees with judge().
std::vector<RuleVerdict> rule_verdicts(const Snapshot& snapshot, const Policy& policy, const Outlook& outlook);

/// Up to which use of a resource a stage does not begin because of its level, for monitoring systems that alert above a
/// number. Nothing where no level begins it, or without a limit; forecasts and usual mails are left out.
std::optional<std::int64_t> highest_below(Stage stage, const Policy& policy, const Resource& resource);

} // namespace mailquotad
