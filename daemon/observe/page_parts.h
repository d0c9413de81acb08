// What the overview and the page of one mailbox have in common, each as a piece of HTML.
#pragma once

#include "core/status.h"
#include "observe/page.h"
#include "observe/past.h"

#include <string>

namespace mailquotad::observe {

/// What a mailbox is in, on a page: a stage, "unknown", "unreachable" or "waiting" (not tried yet). Also the CSS class
/// and the last part of the key of its word.
std::string state_of(const MailboxStatus& mailbox, Time at);

/// Symbol and word of a state; the symbols differ in shape, so that colour is never alone.
std::string state_badge(const std::string& state, const PageText& text);

/// Just the symbol, hidden from screen readers.
std::string state_symbol(const std::string& state);

/// A level bar without words, with a tick where warning and urgent begin; hidden from screen readers: the percentage
/// stands beside it in text.
std::string level_bar(const MailboxStatus& mailbox, const std::string& state);

/// The slug as a link to its page, `home` being the way from here to "/" ("" from there itself).
std::string mailbox_link(const std::string& slug, const std::string& home = "");

/// What the webmaster noted about a mailbox, or who is mailed instead of its owner; "" for nothing.
std::string note(const MailboxStatus& mailbox, const PageText& text);

/// What comes next, as a clause.
std::string next_words(const NextStep& step, const PageText& text);

/// What happened to a mailbox, as a clause.
std::string event_words(const MailboxEvent& event, const PageText& text);

/// A mail and what became of it, as a clause.
std::string mail_words(const PastMail& mail, const PageText& text);

/// What comes in during a week by the forecast; "" without one.
std::string weekly_growth(const MailboxStatus& mailbox, const PageText& text);

/// A section with a heading: <section class="card NAME">.
std::string card(const std::string& name, const std::string& heading, const std::string& html);

/// Use or limit in the unit of the resource: "412 MB", "9.600 Nachrichten".
std::string amount(std::int64_t value, const std::string& resource, Unit unit, const PageText& text);

/// "used of limit", or why there is no such thing, in words.
std::string used_of_limit(const MailboxStatus& mailbox, const PageText& text);

/// When the mailbox will be full, short enough for a table; empty without a forecast.
std::string forecast_short(const Forecast& forecast, const PageText& text);

/// The same as a sentence with dates.
std::string forecast_sentence(const Forecast& forecast, const PageText& text);

/// A line of a <dl>: the word `fact.KEY` and what is said of it; "" where nothing is.
std::string fact(const PageText& text, const std::string& key, const std::string& html);

/// Date and time, and how long ago that is.
std::string moment_and_ago(Time time, const PageText& text);

/// Text that came from elsewhere: addresses hidden, escaped.
std::string foreign(const std::string& text);

/// Version, start of the daemon and age of what is shown.
std::string footer(const Status& status, const PageText& text);

} // namespace mailquotad::observe
