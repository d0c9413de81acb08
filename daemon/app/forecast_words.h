// Forecasts in words for people at a shell.
#pragma once

#include "app/terminal_look.h"
#include "core/forecast_replay.h"

#include <cstdint>
#include <optional>
#include <string>

namespace mailquotad::app {

/// "85.2 %" of a limit above 0.
std::string percent(std::int64_t used_bytes, std::int64_t limit_bytes);

/// "+1.2 MiB", "-340 B", "0 B".
std::string signed_iec(double bytes);

/// "12 d", or "> 365 d" beyond the horizon.
std::string days_text(const std::optional<double>& days);

/// Some lines: level, growth, when it is full, and what will be in use after each horizon; or why nothing is said. Not
/// broken into lines of the terminal's width yet.
std::string forecast_text(const DatedForecast& dated, std::int64_t limit_bytes, const TerminalLook& look);

} // namespace mailquotad::app
