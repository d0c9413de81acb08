// The larger parts of a mailbox's page.
#pragma once

#include "core/status.h"
#include "observe/page.h"
#include "observe/past.h"

#include <string>

namespace mailquotad::observe {

/// History with limit, and the forecast; `past` is null where it cannot be read.
std::string history_card(const MailboxStatus& mailbox, const MailboxPast* past, const PageText& text);

/// What fills the mailbox: a treemap by role and its table; "" where nothing is known.
std::string folders_card(const MailboxStatus& mailbox, const PageText& text);

/// What its owner can do, with bytes; "" where there is nothing to propose.
std::string advice_card(const MailboxStatus& mailbox, const PageText& text);

/// What was mailed, what comes next, and the episodes so far.
std::string notices_card(const MailboxStatus& mailbox, const MailboxPast* past, const PageText& text);

} // namespace mailquotad::observe
