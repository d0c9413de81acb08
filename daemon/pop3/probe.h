// One look at a mailbox by POP3, from TCP to QUIT, within one deadline and in constant memory.
#pragma once

#include "core/measurement.h"
#include "core/probe_request.h"
#include "net/transport.h"
#include "os/clock.h"

namespace mailquotad::pop3 {

/// Logs in, asks for number and size of the messages in the inbox, says QUIT. POP3 sees no other folder, knows no
/// quota, and keeps the maildrop locked for others until QUIT (RFC 1939 section 4).
/// Never throws for what a server does: that is a ProbeFailure. Read-only by construction (see pop3/command.h).
/// `cancellation` ends it early with kind timeout. Blocks up to request.timeout (but for getaddrinfo).
ProbeReport probe(const ProbeRequest& request, net::Connector& connector, const os::Clock& clock,
                  const os::Cancellation* cancellation);

} // namespace mailquotad::pop3
