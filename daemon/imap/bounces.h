// Looks for mails of ours that came back, in the mailbox where such reports arrive: EXAMINE and SEARCH, nothing else.
#pragma once

#include "core/measurement.h"
#include "core/probe_request.h"
#include "net/transport.h"
#include "os/clock.h"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace mailquotad::imap {

/// One mail of ours that may have come back.
struct BounceQuestion {
    std::string message_id;              ///< without angle brackets
    std::vector<std::string> recipients; ///< whom to look for in the report; a single one is not looked for
};

struct BounceSearch {
    ProbeRequest request; ///< `memory` is BounceReport::memory of the last search, or empty
    std::string folder = "INBOX";
    std::chrono::sys_days since;
    std::vector<BounceQuestion> questions;
};

/// A mail that came back.
struct Bounce {
    std::string message_id;
    std::vector<std::string> recipients; ///< those of the question that the report names; empty where it names none
    bool no_room = false;                ///< for lack of space
};

struct BounceReport {
    std::vector<Bounce> bounces;
    std::optional<ProbeFailure> failure;
    std::string memory; ///< opaque; to be given to the next search, so that a report is read once
    int commands = 0;
};

/// At most this many reports are looked into at a time; the next search goes on.
inline constexpr std::size_t kMostReports = 200;

/// One connection: log in, EXAMINE, one SEARCH for reports that are new, and only where there are any, one SEARCH for
/// each question among them. Never throws for what a server does. Blocks up to request.timeout.
BounceReport search_bounces(const BounceSearch& search, net::Connector& connector,
                            const os::Cancellation* cancellation);

} // namespace mailquotad::imap
