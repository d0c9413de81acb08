// From the settings' [smtp] to what the SMTP notifier needs.
#pragma once

#include "notify/smtp.h"
#include "settings/settings.h"

namespace mailquotad::app {

/// The password is read anew before each login.
notify::SmtpOptions smtp_options(const settings::Smtp& smtp);

} // namespace mailquotad::app
