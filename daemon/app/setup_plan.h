// What a setup is going to write, shown before and checked before: tables for the settings file, and credentials.
#pragma once

#include "app/setup_words.h"
#include "settings/edit.h"
#include "settings/write_file.h"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace mailquotad::app {

struct NewCredential {
    std::string name;
    Secret secret;
    bool encrypted = false; ///< by the key of this machine, for systemd
};

/// Stores one, as it is to be stored. Throws settings::WriteError.
settings::Readers store_credential(const std::filesystem::path& folder, const NewCredential& credential);

/// The file that holds it, or will.
std::filesystem::path place_of(const std::filesystem::path& folder, const NewCredential& credential);

struct SetupPlan {
    settings::Addition addition;
    std::vector<NewCredential> credentials;
};

/// The settings file that is extended, or will be made.
struct SetupFile {
    std::filesystem::path path;
    bool exists = false;
    settings::Settings base; ///< of the file; all defaults where there is none
};

/// Reads the file; throws CommandFailed (78) after printing its problems on the terminal.
SetupFile open_setup_file(const std::filesystem::path& path, const settings::DataDirectories& data, Terminal& terminal);

/// The settings as they will be: for trying the login and for texts, before anything is written. The mailboxes' slugs
/// are provisional.
settings::Settings planned(const SetupFile& file, const SetupPlan& plan);

/// A name for the credential of an address that no file and no other mailbox has yet.
std::string credential_name(const std::string& address, const SetupFile& file, const SetupPlan& plan,
                            const std::filesystem::path& folder);

/// Writes credentials, then the settings: whole or not at all. The file is read again before, since somebody may have
/// changed it meanwhile, and what would come out is compared with what was meant. Throws settings::WriteError, and
/// CommandFailed where the outcome would not be right.
settings::Readers write_plan(const SetupFile& file, const SetupPlan& plan, const std::filesystem::path& credentials,
                             const settings::DataDirectories& data);

} // namespace mailquotad::app
