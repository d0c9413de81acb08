// New tables for a settings file, as text that is put behind what stands there: comments and layout stay as they are.
#pragma once

#include "settings/settings.h"

#include <optional>
#include <string>
#include <vector>

namespace mailquotad::settings {

/// A [server.NAME] to be written. With a preset, what `server` has of it is not written again.
struct NewServer {
    Server server;
    std::string preset;
    std::string domain; ///< for a preset with {domain}
};

/// What is to stand at the top of a file that does not exist yet.
struct NewFile {
    std::string heading; ///< lines of a comment, without #
    std::string language;
    std::string timezone; ///< "" for the machine's own
};

/// What is to be added to a settings file. Of servers and mailboxes only what a setup can ask for is written; secrets
/// only as references. A mailbox without a password gets its server's.
struct Addition {
    std::optional<NewFile> file;
    std::optional<Smtp> smtp;
    std::vector<NewServer> servers;
    std::vector<Mailbox> mailboxes;
};

/// A TOML string, with quotes.
std::string toml_text(const std::string& text);

/// The tables of an addition as TOML.
std::string to_toml(const Addition& addition);

/// `text` as it is, with `tables` behind it.
std::string appended(const std::string& text, const std::string& tables);

/// What stands in the way of writing: "" where `after` has everything that `before` had, and the addition, and nothing
/// else. `before` is absent for a new file.
std::string difference(const std::optional<Settings>& before, const Addition& addition, const Settings& after);

/// As load_text, but a file with no mailbox in it is good: one is about to be added.
Loaded load_text_to_extend(const std::string& text, const std::string& name, const DataDirectories& data,
                           const DatabaseReader& database = {});

} // namespace mailquotad::settings
