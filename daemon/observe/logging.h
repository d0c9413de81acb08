// The log of the process: journald under systemd, stderr elsewhere.
#pragma once

#include <string>

namespace mailquotad::observe {

/// Sets up spdlog's default logger: the journal when stderr is the journal's own stream, else stderr. Levels as spdlog
/// names them.
void start_logging(const std::string& level);

} // namespace mailquotad::observe
