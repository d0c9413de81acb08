// The files in config/providers as something to choose from.
#pragma once

#include "settings/settings.h"

#include <optional>
#include <string>
#include <vector>

namespace mailquotad::settings {

/// What tells which addresses a preset is for.
struct ProviderPreset {
    std::string name;
    std::vector<std::string> domains;    ///< of addresses that are surely there
    std::vector<std::string> mail_hosts; ///< ends of the hosts that take mail for its customers' own domains
    bool wants_domain = false;           ///< {domain} in its URLs
    std::string note;
};

/// All presets that can be read, by name.
std::vector<ProviderPreset> provider_presets(const DataDirectories& data);

/// The server that `preset = …` in the settings would be; nothing where that is an error.
std::optional<Server> server_of_preset(const std::string& preset, const std::string& domain, const Trust& trust,
                                       const DataDirectories& data);

/// Whether `host` is `domain` or a host below it; case of ASCII letters ignored.
bool is_within(const std::string& host, const std::string& domain);

} // namespace mailquotad::settings
