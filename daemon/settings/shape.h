// The first check of a document: only known keys, each with the right type, and none missing that is needed.
#pragma once

#include "settings/document.h"
#include "settings/problems.h"

#include <string>
#include <string_view>

namespace mailquotad::settings {

/// Compares a table and all below it with settings_keys(). `parent` is where its keys are listed there, `path` what it
/// is called in problems; both are empty for a whole settings file.
void check_shape(const Node& table, std::string_view parent, const std::string& path, Problems& problems);

/// "poll" and "interval" make "poll.interval"; a key that is no bare TOML key is put in quotes.
std::string join_path(const std::string& path, std::string_view key);

/// "mailbox" and 2 make "mailbox[2]".
std::string item_path(const std::string& path, std::size_t number);

} // namespace mailquotad::settings
