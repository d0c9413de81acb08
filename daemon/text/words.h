// The words of one language, from a TOML file.
#pragma once

#include <filesystem>
#include <map>
#include <string>

namespace mailquotad::text {

/// Reads a TOML file of texts; the keys of tables are joined by dots ("role.inbox"). Throws CatalogError that names
/// file and line for broken TOML and for a value that is not a text.
std::map<std::string, std::string> read_words(const std::filesystem::path& file);

} // namespace mailquotad::text
