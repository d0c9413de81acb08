// One mailbox as `mailquotad check` reports it, from a probe or from a running daemon.
#pragma once

#include "core/assessment.h"
#include "core/measurement.h"
#include "settings/settings.h"

#include <optional>
#include <string>
#include <vector>

namespace mailquotad::app {

/// Above which use a resource is in stage warning, and in stage urgent (core highest_below).
struct Thresholds {
    std::optional<std::int64_t> warning;
    std::optional<std::int64_t> critical;
};

struct CheckResult {
    std::optional<std::string> address; ///< nothing when it comes from a daemon over HTTP
    std::string slug;
    std::string server;
    Assessment assessment;
    std::optional<ProbeFailure> failure;
    std::vector<Resource> quota;
    std::vector<Folder> folders;
    bool folders_have_names = true; ///< false over HTTP: only roles
    ProbeCost cost;
    std::vector<Thresholds> thresholds; ///< one for each of quota

    [[nodiscard]] std::string shown_name() const { return address.value_or(slug); }
};

/// The verdict without hysteresis.
CheckResult check_result(const settings::Mailbox& mailbox, const ProbeReport& report);

/// Nagios: 0 ok or notice, 1 warning, 2 urgent or full, 3 unknown.
int exit_code(const CheckResult& result);

/// The worst of several in the order 2, 1, 3, 0; 3 for none at all.
int exit_code(const std::vector<CheckResult>& results);

} // namespace mailquotad::app
