// Past use and forecast of a mailbox, drawn with characters.
#pragma once

#include "app/terminal_look.h"
#include "core/forecast.h"
#include "core/time.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace mailquotad::app {

/// One day as it is drawn.
struct ChartDay {
    std::chrono::sys_days day{};
    std::optional<std::int64_t> used_bytes;
    bool cleaned_up = false;
    bool mailed = false; ///< a mail to the owner was accepted
};

struct ChartData {
    std::vector<ChartDay> days; ///< oldest first, no day missing
    std::optional<std::int64_t> limit_bytes;
    std::optional<Forecast> forecast; ///< from the last day on
};

/// The chart with axes, marks and legend; "" without any known use. No line is wider than the columns, down to 40.
std::string draw_history(const ChartData& data, const TerminalLook& look);

} // namespace mailquotad::app
