#include "notify/webhook.h"

#include "core/escape.h"
#include "core/one_piece.h"
#include "notify/http_call.h"
#include "text/template.h"

namespace mailquotad::notify {

namespace {

constexpr const char* kGenericBody = R"({"program": "mailquotad", "event": "{{event}}", "title": "{{title}}", )"
                                     R"("text": "{{text}}", "mailbox": "{{mailbox}}", "server": "{{server}}", )"
                                     R"("stage": "{{stage}}", "at": "{{at}}", "key": "{{key}}"})";

DeliveryResult result_of(DeliveryOutcome outcome, const std::string& reason, const std::string& detail) {
    return {.outcome = outcome, .reason = reason, .detail = for_terminal(detail)};
}

std::string reason_of(HttpAnswer::Failure failure) {
    switch (failure) {
    case HttpAnswer::Failure::address:
        return "address";
    case HttpAnswer::Failure::connect:
        return "connect";
    case HttpAnswer::Failure::tls:
        return "tls";
    case HttpAnswer::Failure::timeout:
        return "timeout";
    case HttpAnswer::Failure::none:
    case HttpAnswer::Failure::protocol:
        break;
    }
    return "protocol";
}

DeliveryResult judged(const HttpAnswer& answer) {
    const long status = answer.status;
    if (status == 0)
        return result_of(DeliveryOutcome::deferred, reason_of(answer.failure), answer.detail);
    if (status >= 200 && status < 300)
        return result_of(DeliveryOutcome::accepted, "", answer.detail);
    if (status == 400 || status == 413 || status == 415 || status == 422)
        return result_of(DeliveryOutcome::refused, "http_4xx", answer.detail);
    if (status == 401 || status == 403)
        return result_of(DeliveryOutcome::deferred, "auth", answer.detail);
    return result_of(DeliveryOutcome::deferred,
                     status >= 500   ? "http_5xx"
                     : status >= 400 ? "http_4xx"
                                     : "http_3xx",
                     answer.detail);
}

// Letters and digits stay, so that no key can change what a URL means.
std::string url_safe(const std::string& key) {
    std::string safe;
    for (const char c : key) {
        const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        safe += plain ? c : '-';
    }
    return safe;
}

std::string with_key(std::string_view url, const std::string& key) {
    constexpr std::string_view kPlaceholder = "{key}";
    const auto at = url.find(kPlaceholder);
    if (at == std::string_view::npos)
        return std::string(url);
    return in_one_piece({url.substr(0, at), url_safe(key), url.substr(at + kPlaceholder.size())});
}

bool has_line_end(std::string_view text) {
    return text.find_first_of(std::string_view("\r\n\0", 3)) != std::string_view::npos;
}

} // namespace

DeliveryResult WebhookNotifier::deliver(const Delivery& delivery, os::Deadline deadline) {
    const auto found = delivery.to.empty() ? webhooks_.end() : webhooks_.find(delivery.to.front());
    if (found == webhooks_.end())
        return result_of(DeliveryOutcome::refused, "address", "this webhook is no longer in the settings");
    const WebhookOptions& options = found->second;
    std::string problem;
    const auto url = options.url(problem);
    if (!url)
        return result_of(DeliveryOutcome::deferred, "credential", problem);
    HttpCall call{.method = options.method,
                  .url = with_key(url->reveal(), delivery.id),
                  .headers = {"Content-Type: " + options.content_type, "User-Agent: mailquotad"},
                  .body = delivery.text,
                  .ca_file = options.ca_file,
                  .allow_plaintext = options.allow_plaintext};
    for (const auto& [name, source] : options.headers) {
        const auto value = source(problem);
        if (!value || has_line_end(value->reveal()))
            return result_of(DeliveryOutcome::deferred, "credential",
                             value ? "a secret holds more than one line" : problem);
        call.headers.push_back(in_one_piece({name, ": ", value->reveal()}));
    }
    DeliveryResult result = judged(perform(call, deadline));
    wipe(call.url);
    for (std::string& header : call.headers)
        wipe(header);
    return result;
}

std::string webhook_body(const AdminEvent& event, const std::string& body, const std::string& content_type,
                         const std::string& origin) {
    const bool is_json = content_type.find("json") != std::string::npos;
    const text::Template made(body.empty() ? kGenericBody : body, origin,
                              is_json || body.empty() ? text::Escaping::json : text::Escaping::none);
    const std::string stage(event.stage ? to_string(*event.stage) : std::string_view());
    return made.render({{"event", {std::string(to_string(event.kind))}},
                        {"title", {event.title}},
                        {"text", {event.text}},
                        {"mailbox", {event.slug}},
                        {"server", {event.server}},
                        {"stage", {stage}},
                        {"at", {format_utc(event.at)}},
                        {"key", {event.key}},
                        {"address", {event.address}}});
}

} // namespace mailquotad::notify
