// The table of the overview.
#pragma once

#include "observe/page.h"
#include "observe/selection.h"

#include <span>
#include <string>

namespace mailquotad::observe {

/// These mailboxes in this order; the heads of columns are links that sort. `with_servers`: the server stands below
/// each slug.
std::string overview_table(std::span<const MailboxStatus* const> mailboxes, const Selection& selection,
                           bool with_servers, const PageText& text);

} // namespace mailquotad::observe
