// The quotas of many mailboxes over one connection, for a login that the server lets ask about others.
#pragma once

#include "core/measurement.h"
#include "core/probe_request.h"
#include "net/transport.h"
#include "os/clock.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace mailquotad::imap {

/// One mailbox that is asked about.
struct QuotaQuestion {
    std::string root;                        ///< "user{separator}kim": {separator} stands for the server's own
    std::optional<std::int64_t> limit_bytes; ///< from the settings, where the server tells none
};

/// What stands for the server's separator of folder names in QuotaQuestion::root.
inline constexpr std::string_view kSeparatorPlaceholder = "{separator}";

/// Logs in as request says and asks GETQUOTA for every root, a hundred in a flight; where that is refused GETQUOTAROOT
/// tells whether there is no limit or no such mailbox (Cyrus: a mailbox without a limit has no root). The reports come
/// in the order of the questions, without folders: an administrator does not look into mailboxes. What was answered
/// before the conversation broke or the time was up is kept. Where it broke over an answer a new connection, one at a
/// time and at most eight, asks what is left, and at its end alone the question at which it broke; a second break there
/// is that mailbox's own failure. What is never asked fails as the last connection did. Of the cost each report has its
/// share, of the wire log each failure has the beginning and what is about itself. Never throws for what a server does.
std::vector<ProbeReport> ask_quotas(const ProbeRequest& request, const std::vector<QuotaQuestion>& questions,
                                    net::Connector& connector, const os::Clock& clock,
                                    const os::Cancellation* cancellation);

} // namespace mailquotad::imap
