// The past for the pages, out of the database.
#pragma once

#include "observe/past.h"
#include "store/place.h"

namespace mailquotad::app {

/// Reads for any thread: each call opens the database read-only, beside the loop that writes it (neither waits for
/// the other). Where there is no database yet, there is no past. Throws store::StoreError when
/// called.
observe::PastReader past_of(const store::Place& place);

} // namespace mailquotad::app
