// Credentials encrypted by the key of this machine (systemd-creds), which systemd decrypts for the service alone.
#pragma once

#include "core/secret.h"

#include <filesystem>
#include <string>

namespace mailquotad::settings {

/// Where encrypted credentials and what tells systemd of them lie: credstore.encrypted and
/// systemd/system/mailquotad.service.d beside the folder that holds `credentials`, as in /etc.
struct EncryptedPlaces {
    explicit EncryptedPlaces(const std::filesystem::path& credentials);
    std::filesystem::path store;
    std::filesystem::path drop_ins;
};

/// Whether a credential of this name is kept encrypted.
bool is_encrypted(const std::filesystem::path& credentials, const std::string& name);

/// Encrypts a secret into the store, and names it to systemd in a drop-in for the unit. The service sees it from its
/// next start on. Throws WriteError, also where systemd-creds is missing or fails.
void write_encrypted(const std::filesystem::path& credentials, const std::string& name, const Secret& secret);

} // namespace mailquotad::settings
