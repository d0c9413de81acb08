// After login: quota, folders and their sizes, in one flight where the server's shape is known.
#pragma once

#include "imap/budget.h"
#include "imap/memory.h"
#include "imap/pace.h"
#include "imap/session.h"

namespace mailquotad::imap {

struct Measured {
    Snapshot snapshot; ///< without measured_at and limit_source
    bool quota_told = false;
};

/// Measures a mailbox over a session that is logged in, and logs out. `memory` is what was remembered; it is changed as
/// things are learned, so that an exception loses nothing. Throws NetError as Session.
Measured measure(Session& session, Budget& budget, Memory& memory, const Pace& pace, Time now);

} // namespace mailquotad::imap
