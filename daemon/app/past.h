// The past for the pages, out of the database.
#pragma once

#include "observe/past.h"

#include <filesystem>

namespace mailquotad::app {

/// Reads for any thread: each call opens the database in this folder, read-only, beside the loop that writes it (WAL:
/// neither waits for the other). Where there is no database yet, there is no past. Throws store::StoreError when
/// called.
observe::PastReader past_of(const std::filesystem::path& state_directory);

} // namespace mailquotad::app
