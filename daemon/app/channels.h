// The ways out of the outbox: mail by SMTP, news by webhooks.
#pragma once

#include "notify/notifier.h"
#include "notify/webhook.h"
#include "settings/settings.h"
#include "store/database.h"

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace mailquotad::app {

/// Either may be missing.
struct Channels {
    std::shared_ptr<notify::Notifier> smtp;
    std::shared_ptr<notify::Notifier> webhooks;
    std::string envelope_from; ///< of mail

    [[nodiscard]] bool any() const { return smtp || webhooks; }
    /// The way of this row; nullptr where there is none in the settings any more.
    [[nodiscard]] std::shared_ptr<notify::Notifier> way_of(const store::OutboxRow& row) const {
        return row.recipient == store::Recipient::webhook ? webhooks : smtp;
    }
};

/// What the webhooks of the settings need, by name; secrets are read anew before each request.
std::map<std::string, notify::WebhookOptions> webhook_options(const std::vector<settings::Webhook>& webhooks);

/// The webhooks of the settings; nullptr where there are none.
std::shared_ptr<notify::Notifier> make_webhooks(const std::vector<settings::Webhook>& webhooks);

/// Renders the body of each webhook once: what is wrong with it, by the number of the webhook in the settings from 1.
std::map<std::size_t, std::string> problems_of_bodies(const std::vector<settings::Webhook>& webhooks);

} // namespace mailquotad::app
