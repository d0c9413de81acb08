// From the settings' [smtp] to what the SMTP notifier needs.
#pragma once

#include "notify/smtp.h"
#include "settings/settings.h"

#include <optional>
#include <string>

namespace mailquotad::app {

/// Reads a secret as the settings say; on failure nothing, and what is wrong in `problem`. Warnings about its place go
/// to the log, as of `owner`.
std::optional<Secret> read_password(const std::string& owner, const settings::SecretReference& reference,
                                    std::string& problem);

/// The password is read anew before each login.
notify::SmtpOptions smtp_options(const settings::Smtp& smtp);

} // namespace mailquotad::app
