// [bounces] and [[webhook]]: what the webmaster hears, beside mail.
#include "settings/readers.h"
#include "settings/values.h"

#include <algorithm>

namespace mailquotad::settings {

using namespace std::chrono_literals;

namespace {

// RFC 9110 section 5.6.2, and nothing that libcurl or we set ourselves.
bool is_header_name(const std::string& name) {
    return !name.empty() && name.size() <= 100 && std::ranges::all_of(name, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
    });
}

bool is_web_url(const std::string& url) {
    const auto begin = url.find("://");
    if (begin == std::string::npos || has_control_character(url) || url.find(' ') != std::string::npos)
        return false;
    const std::string scheme = url.substr(0, begin);
    const std::string host = url.substr(begin + 3, url.find_first_of("/?#", begin + 3) - begin - 3);
    return (scheme == "https" || scheme == "http") && !host.empty();
}

void read_url(const Table& table, Webhook& webhook) {
    webhook.url_secret = read_secret_reference(table, "url");
    const auto url = table.text("url");
    if (!url)
        return;
    const auto host = url->substr(0, url->find('/', url->find("://") + 3));
    if (host.find('@') != std::string::npos)
        table.error("url", "must be a URL without a login; that belongs to a header with a secret");
    else if (!is_web_url(*url))
        table.refuse("url", *url);
    else if (url->starts_with("http://") && !webhook.plaintext)
        table.error("url", "goes without TLS; use https://, or allow it with plaintext = true in the same table");
    else
        webhook.url = *url;
}

WebhookHeader read_header(const Table& table) {
    WebhookHeader header;
    header.name = table.line("name").value_or("");
    if (table.has("name") && !is_header_name(header.name))
        table.refuse("name", header.name);
    header.value = table.line("value").value_or("");
    header.secret = read_secret_reference(table, "secret");
    if (table.has("value") == table.has("secret"))
        table.error("value", "exactly one of value and secret must be given");
    return header;
}

std::vector<AdminEventKind> read_events(const Table& table) {
    const auto words = table.texts("events");
    if (!words)
        return {std::begin(kAllAdminEventKinds), std::end(kAllAdminEventKinds)};
    std::vector<std::string> known;
    for (const AdminEventKind kind : kAllAdminEventKinds)
        known.emplace_back(to_string(kind));
    std::vector<AdminEventKind> events;
    for (const std::string& word : *words) {
        if (const auto kind = parse_admin_event_kind(word))
            events.push_back(*kind);
        else
            table.unknown_word("events", word, known);
    }
    return events;
}

Webhook read_webhook(const Table& table) {
    constexpr std::pair<std::string_view, std::string_view> kMethods[] = {{"POST", "POST"}, {"PUT", "PUT"}};
    Webhook webhook;
    webhook.name = table.text("name").value_or("");
    if (table.has("name") && !is_data_name(webhook.name))
        table.refuse("name", webhook.name);
    webhook.plaintext = table.boolean("plaintext").value_or(false);
    read_url(table, webhook);
    webhook.method = table.choice<std::string_view>("method", kMethods).value_or("POST");
    webhook.content_type = table.line("content_type").value_or(webhook.content_type);
    if (webhook.content_type.find('/') == std::string::npos)
        table.refuse("content_type", webhook.content_type);
    for (const Table& header : table.tables("headers"))
        webhook.headers.push_back(read_header(header));
    webhook.body = table.text("body").value_or("");
    webhook.events = read_events(table);
    webhook.ca_file = read_trust(table).ca_file;
    return webhook;
}

} // namespace

std::vector<Webhook> read_webhooks(const Table& root) {
    std::vector<Webhook> webhooks;
    for (const Table& table : root.tables("webhook")) {
        Webhook webhook = read_webhook(table);
        if (std::ranges::any_of(webhooks, [&](const Webhook& other) { return other.name == webhook.name; }))
            table.error("name", "is used by another [[webhook]] already");
        webhooks.push_back(std::move(webhook));
    }
    return webhooks;
}

std::optional<Bounces> read_bounces(const Table& table) {
    if (!table.exists())
        return std::nullopt;
    Bounces bounces;
    bounces.plaintext = table.boolean("plaintext").value_or(false);
    bounces.endpoint = read_endpoint(table, "server", Protocol::imap, bounces.plaintext).value_or(Endpoint{});
    bounces.trust = read_trust(table);
    bounces.username = table.line("username").value_or("");
    bounces.password = read_secret_reference(table, "password").value_or(SecretReference{});
    bounces.folder = table.line("folder").value_or(bounces.folder);
    if (bounces.folder.empty())
        table.refuse("folder", bounces.folder);
    bounces.interval = table.duration("interval", 1min, Days(1)).value_or(bounces.interval);
    return bounces;
}

} // namespace mailquotad::settings
