// A marked test notification through the real path.
#pragma once

#include "app/mails.h"
#include "notify/notifier.h"

#include <string>
#include <vector>

namespace mailquotad::app {

/// Sends a notice as a marked test to these addresses; blocks for a minute at most.
notify::DeliveryResult deliver_test(const MailContext& context, notify::NoticeFacts facts,
                                    const std::vector<std::string>& to, notify::Notifier& notifier);

/// Whom a test goes to that is for no owner: smtp.admin, else smtp.from.
std::vector<std::string> webmasters_of(const settings::Smtp& smtp);

/// "a, b", harmless for a terminal.
std::string listed_for_terminal(const std::vector<std::string>& addresses);

} // namespace mailquotad::app
