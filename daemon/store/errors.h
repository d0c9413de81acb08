// From what SOCI throws about SQLite to what the webmaster can act on.
#pragma once

#include <string>
#include <string_view>

namespace mailquotad::store {

/// Dialect::rethrow of SQLite; a file that is no database, or a broken one, leaves as a DamagedError.
[[noreturn]] void rethrow_as_store_error(const std::string& place, std::string_view attempted);

/// Throws the DamagedError of a file that is no database or a broken one.
[[noreturn]] void throw_damaged(const std::string& place, std::string_view detail);

/// Whether a primary result code of SQLite says that the file is no database or a broken one.
bool is_damage(int code);

/// SQLite's primary result code of the error that is being handled; 0 where it is none of SQLite's.
int sqlite_code_of_current_error();

} // namespace mailquotad::store
