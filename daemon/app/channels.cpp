#include "app/channels.h"

#include "app/smtp_options.h"
#include "notify/http_call.h"
#include "os/module.h"
#include "text/catalog.h"

namespace mailquotad::app {

namespace {

notify::SecretSource source_of(const std::string& owner, const std::string& text,
                               const std::optional<settings::SecretReference>& secret) {
    if (!secret)
        return [text](std::string& /*problem*/) { return std::optional(Secret(text)); };
    return [owner, reference = *secret](std::string& problem) { return read_password(owner, reference, problem); };
}

notify::WebhookOptions options_of(const settings::Webhook& webhook) {
    const std::string owner = "webhook " + webhook.name;
    notify::WebhookOptions options{.url = source_of(owner, webhook.url, webhook.url_secret),
                                   .allow_plaintext = webhook.plaintext,
                                   .method = webhook.method,
                                   .content_type = webhook.content_type,
                                   .headers = {},
                                   .ca_file = webhook.ca_file};
    for (const settings::WebhookHeader& header : webhook.headers)
        options.headers.emplace_back(header.name, source_of(owner, header.value, header.secret));
    return options;
}

} // namespace

std::map<std::string, notify::WebhookOptions> webhook_options(const std::vector<settings::Webhook>& webhooks) {
    std::map<std::string, notify::WebhookOptions> options;
    for (const settings::Webhook& webhook : webhooks)
        options.emplace(webhook.name, options_of(webhook));
    return options;
}

std::shared_ptr<notify::Notifier> make_webhooks(const std::vector<settings::Webhook>& webhooks) {
    if (webhooks.empty())
        return nullptr;
    try {
        notify::load_http();
    } catch (const os::ModuleError&) {
        // Told by each delivery, which waits; mail goes out meanwhile.
    }
    return std::make_shared<notify::WebhookNotifier>(webhook_options(webhooks));
}

std::map<std::size_t, std::string> problems_of_bodies(const std::vector<settings::Webhook>& webhooks) {
    std::map<std::size_t, std::string> problems;
    for (std::size_t i = 0; i < webhooks.size(); ++i) {
        try {
            const std::string origin = "webhook[" + std::to_string(i + 1) + "].body";
            notify::webhook_body({}, webhooks[i].body, webhooks[i].content_type, origin);
        } catch (const text::CatalogError& error) {
            problems.emplace(i + 1, error.what());
        }
    }
    return problems;
}

} // namespace mailquotad::app
