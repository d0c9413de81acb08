// A damaged database: put aside, and what can still be read goes on in a new one.
#pragma once

#include "core/time.h"
#include "store/database.h"

#include <filesystem>
#include <string>
#include <vector>

namespace mailquotad::store {

/// What became of a damaged database.
struct Rescue {
    std::string damage;                  ///< what was found, as a sentence that names the file
    std::filesystem::path put_aside;     ///< where the damaged file lies now, unchanged; its log beside it
    std::int64_t rows = 0;               ///< taken over into the new database
    std::vector<std::string> incomplete; ///< tables of which something could not be read, by name
};

/// Whether the database in `folder` is damaged, and how: the text of its DamagedError. Empty where it is sound or there
/// is none. Throws StoreError where it cannot be looked at for another reason.
std::string damage_of(const std::filesystem::path& folder);

/// Puts the damaged database in `folder` aside, under its own name with `now` appended, and makes a new one of all rows
/// that can still be read. At no moment is there no database that could be opened or rescued again. Throws StoreError;
/// nothing is deleted then. No other process may have it open for writing.
Rescue rescue_sqlite(const std::filesystem::path& folder, const std::string& damage, Time now);

} // namespace mailquotad::store
