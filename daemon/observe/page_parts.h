// What the overview and the page of one mailbox have in common, each as a piece of HTML.
#pragma once

#include "core/status.h"
#include "observe/page.h"

#include <string>

namespace mailquotad::observe {

/// What a mailbox is in, on a page: a stage, "unknown", "unreachable" or "waiting" (not tried yet). Also the CSS class
/// and the last part of the key of its word.
std::string state_of(const MailboxStatus& mailbox, Time at);

/// Symbol and word of a state; the symbols differ in shape, so that colour is never alone.
std::string state_badge(const std::string& state, const PageText& text);

/// Just the symbol, hidden from screen readers.
std::string state_symbol(const std::string& state);

/// A level bar without words, hidden from screen readers: the percentage stands beside it in text.
std::string level_bar(double ratio, const std::string& state);

/// Use or limit in the unit of the resource: "412 MB", "9.600 Nachrichten".
std::string amount(std::int64_t value, const std::string& resource, Unit unit, const PageText& text);

/// "used of limit", or why there is no such thing, in words.
std::string used_of_limit(const MailboxStatus& mailbox, const PageText& text);

/// When the mailbox will be full, short enough for a table; empty without a forecast.
std::string forecast_short(const Forecast& forecast, const PageText& text);

/// The same as a sentence with dates.
std::string forecast_sentence(const Forecast& forecast, const PageText& text);

/// Text that came from elsewhere: addresses hidden, escaped.
std::string foreign(const std::string& text);

/// Version, start of the daemon and age of what is shown.
std::string footer(const Status& status, const PageText& text);

} // namespace mailquotad::observe
