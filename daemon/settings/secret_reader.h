// Fetches a secret from where the settings say it lies. Nothing of it reaches a log or an error text.
#pragma once

#include "core/secret.h"
#include "settings/settings.h"

#include <filesystem>
#include <string>
#include <variant>
#include <vector>

namespace mailquotad::settings {

struct SecretError {
    std::string message; ///< names the file, variable or command and what to do; never the secret
};

struct SecretPlaces {
    std::filesystem::path credentials_folder = "/etc/mailquotad/credentials"; ///< looked at first
    std::filesystem::path service_credentials; ///< $CREDENTIALS_DIRECTORY, looked at second; may be empty
};

/// $MAILQUOTAD_CREDENTIALS or /etc/mailquotad/credentials, and $CREDENTIALS_DIRECTORY.
SecretPlaces secret_places();

/// Reads one secret: the first line without its line end, of at most 64 KiB altogether. `warnings` gets a line for a
/// file that the world can read. A command runs without a shell and without stdin, its stderr passed on, for at most
/// 30 s. Throws nothing that a user can cause; may be called from several threads at once.
std::variant<Secret, SecretError> read_secret(const SecretReference& reference, const SecretPlaces& places,
                                              std::vector<std::string>& warnings);

} // namespace mailquotad::settings
