// What the webmaster should read on the overview before the table: out of reach, planned, changed.
#pragma once

#include "core/status.h"
#include "observe/page.h"
#include "observe/past.h"

#include <string>

namespace mailquotad::observe {

/// How far back the overview tells what changed.
inline constexpr Days kRecent{7};

/// The mailboxes that fail, each with a plain reason; "" where there is none.
std::string unreachable_card(const Status& status, const PageText& text);

/// The mails to come in the next week, and those that are held back; "" where there is none.
std::string planned_card(const Status& status, const PageText& text);

/// What changed: stages, notices, reach, clean-ups. `recent` is null where the past cannot be read.
std::string recent_card(const Status& status, const RecentPast* recent, const PageText& text);

} // namespace mailquotad::observe
