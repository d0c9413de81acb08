// Asks a running daemon for its last status over HTTP: no login, no password rights.
#pragma once

#include "app/check_result.h"
#include "settings/settings.h"

#include <string>
#include <vector>

namespace mailquotad::app {

/// GET /api/v1/status at http.listen. Throws CommandFailed when nobody answers or the answer is no status.
std::vector<CheckResult> ask_daemon(const settings::Settings& settings);

/// The same at a URL, http:// or https:// (behind a reverse proxy), without any settings.
std::vector<CheckResult> ask_daemon(std::string url);

/// The results in a document of /api/v1/status. Throws CommandFailed.
std::vector<CheckResult> results_from_status(const std::string& document);

} // namespace mailquotad::app
