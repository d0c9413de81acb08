// One look at a mailbox by IMAP, from TCP to LOGOUT, within one deadline and in bounded memory.
#pragma once

#include "core/measurement.h"
#include "core/probe_request.h"
#include "imap/measure.h"
#include "net/transport.h"
#include "os/clock.h"

namespace mailquotad::imap {

/// Logs in, asks for quota and folder sizes in one flight where the server's shape is known, logs out.
/// Never throws for what a server does: that is a ProbeFailure. Read-only by construction (see imap/command.h).
/// `work`, if any, is done in the same session before the farewell; what it throws is the probe's failure, but that a
/// timeout inside it leaves the snapshot a success. `cancellation` ends it early with kind timeout. Blocks up to
/// request.timeout (but for getaddrinfo).
ProbeReport probe(const ProbeRequest& request, net::Connector& connector, const os::Clock& clock,
                  const os::Cancellation* cancellation, const SessionWork& work = {});

} // namespace mailquotad::imap
