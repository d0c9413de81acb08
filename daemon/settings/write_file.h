// Files that are there whole or not at all, and that nobody reads who must not, not even for a moment.
#pragma once

#include "core/secret.h"

#include <filesystem>
#include <stdexcept>
#include <string>
#include <string_view>

namespace mailquotad::settings {

/// A file could not be written; names it and what to do.
class WriteError : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// The group that the service runs with; it is the one that may read what setup writes.
inline constexpr const char* kServiceGroup = "mailquotad";

/// Who may read a private file that was written: with the service's group (0640), or its owner alone (0600), where
/// there is no such group or this process may not give files to it.
enum class Readers { service_group, owner_alone };

/// Writes a new private file, or replaces one: complete under another name first, with its rights from the beginning,
/// then renamed and synced. A missing folder is made (0750, the same group). The file belongs to root where root
/// writes it. Throws WriteError.
Readers write_private(const std::filesystem::path& file, std::string_view content);

/// Writes a secret as the first line of FOLDER/NAME, as write_private does.
Readers write_credential(const std::filesystem::path& folder, const std::string& name, const Secret& secret);

/// Replaces an existing file in the same way, but leaves owner, group and mode as they are, and a symbolic link a link.
/// What stood there is kept beside it as FILE.bak. Throws WriteError.
void replace_keeping_rights(const std::filesystem::path& file, std::string_view content);

/// Makes sure that one process at a time changes files of a folder. Waits for the other one. Owns a lock; where the
/// folder cannot be locked (some network file systems), nothing is locked.
class FolderLock {
public:
    explicit FolderLock(const std::filesystem::path& folder);
    ~FolderLock();
    FolderLock(const FolderLock&) = delete;
    FolderLock& operator=(const FolderLock&) = delete;

private:
    int descriptor_;
};

/// Whether this process may make files in a folder, or make the folder.
bool may_write_in(const std::filesystem::path& folder);

} // namespace mailquotad::settings
