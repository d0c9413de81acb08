// How news reach the webmaster: through the outbox, by mail and to the webhooks that want them.
#pragma once

#include "app/mails.h"
#include "notify/admin_event.h"
#include "store/database.h"

#include <map>
#include <string>
#include <vector>

namespace mailquotad::app {

/// Whether the daemon tells the webmaster of this, by whatever way; what it leaves to the rules (alerts.webmaster) no
/// mail and no webhook brings.
bool daemon_tells(const settings::Settings& settings, AdminEventKind kind);

/// The rows that bring an event to the webhooks which want its kind. `context` as for mails.
std::vector<store::OutboxRow> webhook_rows(const MailContext& context, const notify::AdminEvent& event);

/// The plain mail to smtp.admin about an event, and its webhooks. Told once per event.key, whatever happens between.
std::vector<store::OutboxRow> news_rows(const MailContext& context, const notify::AdminEvent& event);

/// Puts news_rows into the outbox; part of the caller's transaction where one is open. Throws store::StoreError.
void tell_webmaster(store::Database& database, const MailContext& context, const notify::AdminEvent& event);

/// A sentence of messages/LANGUAGE/*.toml in the webmaster's language, with {name} replaced by its value. Throws
/// text::CatalogError.
std::string sentence(const MailContext& context, const std::string& key,
                     const std::map<std::string, std::string>& values);

} // namespace mailquotad::app
