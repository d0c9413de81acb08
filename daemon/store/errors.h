// From what SOCI throws to what the webmaster can act on.
#pragma once

#include <string>
#include <string_view>

namespace mailquotad::store {

/// To be called in a catch block: an error of SOCI leaves as a StoreError that names the place, what was attempted and
/// what to do; anything else goes on as it is. Values that were to be stored are never part of the text.
[[noreturn]] void rethrow_as_store_error(const std::string& place, std::string_view attempted);

/// Throws the DamagedError of a file that is no database or a broken one.
[[noreturn]] void throw_damaged(const std::string& place, std::string_view detail);

/// Whether a primary result code of SQLite says that the file is no database or a broken one.
bool is_damage(int code);

/// Whether the error that is being handled says that PostgreSQL is gone.
bool is_lost_connection();

/// SQLite's primary result code of the error that is being handled; 0 where it is none of SQLite's.
int sqlite_code_of_current_error();

} // namespace mailquotad::store
