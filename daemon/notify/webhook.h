// News for the webmaster as an HTTP request: a chat, a pager, anything that takes one.
#pragma once

#include "core/secret.h"
#include "notify/admin_event.h"
#include "notify/notifier.h"

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace mailquotad::notify {

/// Reads a secret anew before each use; on failure nothing, and what is wrong in `problem`.
using SecretSource = std::function<std::optional<Secret>(std::string& problem)>;

struct WebhookOptions {
    SecretSource url; ///< {key} in it becomes a name of the event, harmless in a URL
    bool allow_plaintext = false;
    std::string method = "POST";
    std::string content_type = "application/json";
    std::vector<std::pair<std::string, SecretSource>> headers{}; ///< name, text
    std::string ca_file{};
};

/// Posts the rows of the outbox that are for a webhook: Delivery::to is its name, Delivery::text the body,
/// Delivery::id names the event.
///
/// What becomes of an answer: 2xx is accepted. 400, 413, 415 and 422 are refused, because they are about this body.
/// Everything else is deferred: redirects (not followed), a missing right, a wrong address and a server in trouble
/// pass, or the webmaster mends them. No text names URL or headers. Thread-safe as far as the sources are.
class WebhookNotifier final : public Notifier {
public:
    explicit WebhookNotifier(std::map<std::string, WebhookOptions> webhooks) : webhooks_(std::move(webhooks)) {}
    DeliveryResult deliver(const Delivery& delivery, os::Deadline deadline) override;

private:
    std::map<std::string, WebhookOptions> webhooks_; ///< by name
};

/// The body of a request about an event: `body` is a mustache text, empty for a JSON object of all fields but the
/// address; where `content_type` is JSON, fields are escaped for the inside of quotation marks. Throws
/// text::CatalogError that names `origin` for a text that is no template or has an unknown field.
std::string webhook_body(const AdminEvent& event, const std::string& body, const std::string& content_type,
                         const std::string& origin);

} // namespace mailquotad::notify
