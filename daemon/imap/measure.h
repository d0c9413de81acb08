// After login: quota, folders and their sizes, in one flight where the server's shape is known.
#pragma once

#include "imap/budget.h"
#include "imap/folder_table.h"
#include "imap/memory.h"
#include "imap/pace.h"
#include "imap/session.h"

#include <functional>
#include <vector>

namespace mailquotad::imap {

struct Measured {
    Snapshot snapshot; ///< without measured_at and limit_source
    bool quota_told = false;
};

/// A mailbox in an open session, when its folders are known.
struct OpenMailbox {
    Session& session;
    FolderTable& table;                 ///< with the items that show whether a folder has changed
    const std::vector<Folder>& folders; ///< the same folders in the same order, as the snapshot shows them
    const Capabilities& capabilities;
    Memory& memory;
    const Pace& pace;
};

/// What else is done before LOGOUT. It takes the place of adding up sizes that the server does not tell: what it finds
/// out goes into FolderEntry::size.
using SessionWork = std::function<void(const OpenMailbox&)>;

/// Measures a mailbox over a session that is logged in, and logs out. `memory` is what was remembered; it is changed as
/// things are learned, so that an exception loses nothing. Throws NetError as Session.
Measured measure(Session& session, Budget& budget, Memory& memory, const Pace& pace, Time now,
                 const SessionWork& work = {});

} // namespace mailquotad::imap
