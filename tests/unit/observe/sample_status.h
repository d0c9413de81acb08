// A Status with one mailbox of every kind, and what the tests of this room share.
#pragma once

#include "core/status.h"
#include "observe/past.h"
#include "text/catalog.h"

#include <memory>
#include <string>

namespace mailquotad::observe {

/// 2026-11-21 19:00 UTC: the moment of sample_status.
Time sample_time();

/// Mailboxes: kasse (full), vorstand (urgent, by messages), kim (warning), zeltlager (unreachable since hours),
/// archiv (unreachable for days), material (limit not told), presse (limit 0), neu (not tried yet), jugend (notice),
/// info (ok), sippe (no limit), <hostile> (texts that try to break out).
Status sample_status();

/// The texts that a hostile server or a careless webmaster could put anywhere.
std::string hostile_text();

/// The past of "kim": half a year that grows, a clean-up, an episode that ended and one that lasts.
MailboxPast sample_past();

/// The last week of the sample's mailboxes, the newest first.
RecentPast sample_recent();

/// The catalog of the repository. Sets the time zone to UTC, so that pages are the same on every machine.
std::shared_ptr<const text::Catalog> catalog();

/// Compares with tests/golden/observe/NAME; with MAILQUOTAD_UPDATE_GOLDEN=1 in the environment it writes the file
/// first.
void check_golden(const std::string& name, const std::string& text);

} // namespace mailquotad::observe
