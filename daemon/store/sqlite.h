// SQLite's own side: the file, its rights, its checks and its copies.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

namespace mailquotad::store {

class Connection;
enum class Inspection;

/// The name of the database inside the state directory.
inline constexpr const char* kSqliteName = "mailquotad.sqlite";

/// Makes the folder (0750) and the file (0600, of the folder's owner) where they are missing, refuses what is
/// unwritable, damaged or another program's, and opens it: WAL, every commit on the disk, 10 s of patience with other
/// processes, foreign keys.
std::unique_ptr<Connection> connect_sqlite(const std::filesystem::path& folder, Inspection inspection);

/// Opens an existing file without the right to write; null where there is none.
std::unique_ptr<Connection> connect_sqlite_readonly(const std::filesystem::path& folder);

/// Copies the database into a new file and waits until it is on the disk; removes the file where that fails.
void copy_sqlite(Connection& connection, const std::filesystem::path& file);

/// Empties the write-ahead log, where deleted text may still stand, unless another process is reading it.
void empty_sqlite_log(Connection& connection);

/// The name of a file as SQLite's URI, without parameters.
std::string as_sqlite_uri(const std::filesystem::path& file);

/// Waits until a file, or the names in a folder, are on the disk. Throws StoreError.
void sync_to_disk(const std::filesystem::path& path);

} // namespace mailquotad::store
