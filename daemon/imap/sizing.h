// Sizes of folders whose server tells none: added up from UID FETCH in constant memory, cached, resumed.
#pragma once

#include "imap/folder_table.h"
#include "imap/memory.h"
#include "imap/pace.h"
#include "imap/session.h"

#include <cstdint>
#include <vector>

namespace mailquotad::imap {

/// Fills in FolderEntry::size where it is missing and the number of messages is known, from the cache where nothing
/// changed, else by EXAMINE and UID FETCH; only new mail is fetched where only new mail came. A size counts only when
/// as many messages were added up as the folder has. Progress goes into Memory::sizes as it is made, so that an
/// exception loses nothing. Returns false when time ran out before the end.
/// Throws NetError as Session; after a timeout the window for the next time is smaller.
bool add_up_sizes(Session& session, FolderTable& table, Memory& memory, const Pace& pace);

/// Whether add_up_sizes would have to ask the server for this folder.
bool needs_fetch(const FolderEntry& entry, const Memory& memory);

} // namespace mailquotad::imap
