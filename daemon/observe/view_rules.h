// What all views of a Status agree on: which numbers are still true, and which mailbox comes first.
#pragma once

#include "core/status.h"

#include <optional>
#include <string_view>
#include <vector>

namespace mailquotad::observe {

/// How long the numbers of the last good measurement are shown (CONTRACT.md, "Metrics").
inline constexpr Days kShownFor{1};

/// Whether there was a good measurement within the last day; without one no view shows usage, stage or forecast.
bool is_fresh(const MailboxStatus& mailbox, Time at);

/// The stage as every view shows it: nothing where nothing is known, or not any more.
std::optional<Stage> shown_stage(const MailboxStatus& mailbox, Time at);

/// Whether the last attempt failed. A mailbox that was never tried does not fail.
bool is_failing(const MailboxStatus& mailbox);

/// When it is looked at next: what is due already is looked at now. Nothing while that is done.
std::optional<Time> next_look(const MailboxStatus& mailbox, Time at);

/// "ok" … "full", or "unknown".
std::string_view stage_name(std::optional<Stage> stage);

/// The limit that a view may show as a number: nothing where the server told 0 and nobody knows what it means.
std::optional<std::int64_t> shown_limit(const MailboxStatus& mailbox, const Resource& resource);

/// The mailboxes as the webmaster should read them: worst stage first, unreachable and unknown ones before those that
/// are well, within a stage by days to full, then by level, then by name. Points into `status`.
std::vector<const MailboxStatus*> by_urgency(const Status& status);

} // namespace mailquotad::observe
