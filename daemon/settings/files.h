// Small files of data and settings, and what lies in a folder.
#pragma once

#include "settings/settings.h"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace mailquotad::settings {

inline constexpr std::size_t kMaxFileBytes = 4UL * 1024 * 1024;

/// The bytes of a regular file, or nothing where it cannot be read. At most kMaxFileBytes + 1 of them.
std::optional<std::string> read_text_file(const std::filesystem::path& file);

/// What a file looks like now.
FileStamp stamp_of(const std::filesystem::path& file);

/// The names of the files in a folder that end so, without the ending, sorted; none where it cannot be read.
std::vector<std::string> names_with_ending(const std::filesystem::path& folder, const std::string& ending);

/// The names of the folders in a folder, sorted; none where it cannot be read.
std::vector<std::string> folders_in(const std::filesystem::path& folder);

} // namespace mailquotad::settings
