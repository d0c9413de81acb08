#include "app/news.h"

#include "notify/webhook.h"
#include "observe/log_event.h"

#include <spdlog/fmt/fmt.h>

#include <algorithm>

namespace mailquotad::app {

namespace {

constexpr int kNameDigits = 24;

std::string name_of(const MailContext& context, const notify::AdminEvent& event) {
    return store::keyed_hash(context.hash_key, "news\n" + std::string(to_string(event.kind)) + '\n' + event.key,
                             kNameDigits);
}

store::OutboxRow row_of(const MailContext& context, const notify::AdminEvent& event, store::Recipient recipient) {
    store::OutboxRow row;
    row.mailbox = event.slug.empty() ? store::kNoMailbox : event.slug;
    row.recipient = recipient;
    row.kind = NotificationKind::webmaster;
    row.stage = event.stage.value_or(Stage::ok);
    row.created_at = context.now;
    row.not_before = context.now;
    return row;
}

notify::Message mail_of(const MailContext& context, const notify::AdminEvent& event) {
    const settings::Smtp& smtp = *context.settings.smtp;
    const std::string from = notify::address_of(smtp.from);
    notify::Message message;
    message.from = smtp.from;
    message.to = smtp.admin;
    message.subject = event.title;
    message.text = event.text + '\n';
    message.message_id = "news." + name_of(context, event) + '@' + from.substr(from.find('@') + 1);
    message.language = context.settings.language;
    message.date = event.at;
    message.extra_headers = {{"Auto-Submitted", "auto-generated"}};
    return message;
}

} // namespace

bool daemon_tells(const settings::Settings& settings, AdminEventKind kind) {
    return settings.alerts.webmaster == settings::WebmasterBy::daemon || !is_alerted_by_rules(kind);
}

std::vector<store::OutboxRow> webhook_rows(const MailContext& context, const notify::AdminEvent& event) {
    std::vector<store::OutboxRow> rows;
    if (!daemon_tells(context.settings, event.kind))
        return rows;
    notify::AdminEvent named = event;
    named.key = name_of(context, event);
    for (const settings::Webhook& webhook : context.settings.webhooks) {
        if (std::find(webhook.events.begin(), webhook.events.end(), event.kind) == webhook.events.end())
            continue;
        store::OutboxRow row = row_of(context, event, store::Recipient::webhook);
        row.message_id = "webhook." + webhook.name + '.' + named.key;
        row.to = {webhook.name};
        row.text = notify::webhook_body(named, webhook.body, webhook.content_type, "webhook " + webhook.name);
        rows.push_back(std::move(row));
    }
    return rows;
}

std::vector<store::OutboxRow> news_rows(const MailContext& context, const notify::AdminEvent& event) {
    std::vector<store::OutboxRow> rows = webhook_rows(context, event);
    const auto& smtp = context.settings.smtp;
    if (smtp && !smtp->admin.empty() && daemon_tells(context.settings, event.kind)) {
        const notify::Message message = mail_of(context, event);
        store::OutboxRow row = row_of(context, event, store::Recipient::admin);
        row.message_id = message.message_id;
        row.to = message.to;
        row.text = notify::to_rfc5322(message);
        rows.push_back(std::move(row));
    }
    return rows;
}

void tell_webmaster(store::Database& database, const MailContext& context, const notify::AdminEvent& event) {
    for (const store::OutboxRow& row : news_rows(context, event)) {
        if (database.enqueue(row))
            observe::log_event({.event = observe::LogEvent::webmaster_told,
                                .text = fmt::format("the webmaster is told: {} {}", to_string(event.kind), event.slug),
                                .mailbox = event.slug});
    }
}

std::string sentence(const MailContext& context, const std::string& key,
                     const std::map<std::string, std::string>& values) {
    std::string text = context.catalog.word(context.settings.language, key);
    for (const auto& [name, value] : values) {
        const std::string place = '{' + name + '}';
        for (auto at = text.find(place); at != std::string::npos; at = text.find(place, at + value.size()))
            text.replace(at, place.size(), value);
    }
    return text;
}

} // namespace mailquotad::app
