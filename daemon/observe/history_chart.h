// The past of a mailbox and what is to come, drawn and in words: one SVG, a sentence and a table with the same data.
#pragma once

#include "core/status.h"
#include "observe/page.h"
#include "observe/past.h"

#include <string>

namespace mailquotad::observe {

/// How much of the past is drawn.
inline constexpr Days kDrawnPast{180};

/// What the chart shows of a mailbox.
struct ChartFacts {
    const MailboxPast& past;
    const MailboxStatus& mailbox;
};

/// The drawing with its legend and, folded away, the table; empty where fewer than two days are known.
std::string history_chart(const ChartFacts& facts, const PageText& text);

} // namespace mailquotad::observe
