// `mailquotad check URL`: one mailbox described on the command line, with no settings file.
#pragma once

#include "app/commands.h"
#include "core/secret.h"
#include "settings/settings.h"

#include <optional>

namespace mailquotad::app {

struct UrlCheck {
    settings::Settings settings;          ///< one server, one mailbox
    std::optional<Secret> typed_password; ///< asked for on the terminal
};

/// Throws CommandFailed for a bad URL, size, duration or pin, and where no password can be had.
UrlCheck describe_url(const CheckOptions& options);

} // namespace mailquotad::app
