#include "app/mails.h"

#include "os/clock.h"

#include <algorithm>

namespace mailquotad::app {

namespace {

/// SLUG.EPISODE.NUMBER.HASH@DOMAIN: fixed by the decision, so that a duplicate after a crash is recognisable.
std::string message_id(const MailContext& context, const std::string& slug, const Notification& notification) {
    const std::string name =
        slug + '.' + std::to_string(notification.episode) + '.' + std::to_string(notification.number);
    const std::string from = notify::address_of(context.settings.smtp->from);
    const std::string hash = store::keyed_hash(context.hash_key, "message-id\n" + name, 12);
    return name + '.' + hash + '@' + from.substr(from.find('@') + 1);
}

store::OutboxRow row_of(const MailContext& context, const MailboxRecord& record, const Notification& notification,
                        store::Recipient recipient, const notify::Message& message) {
    store::OutboxRow row;
    row.mailbox = record.settings.slug;
    row.recipient = recipient;
    row.kind = notification.kind;
    row.stage = notification.stage;
    row.episode = notification.episode;
    row.message_id = message.message_id;
    row.to = message.to;
    row.text = notify::to_rfc5322(message);
    row.created_at = context.now;
    row.not_before = context.now;
    return row;
}

std::string with_suffix(std::string message_id, const std::string& suffix) {
    if (!message_id.empty())
        message_id.insert(message_id.find('@'), '.' + suffix);
    return message_id;
}

/// The same mail to another recipient is another message in a thread of its own: its identifications say to whom.
notify::Message readdressed(notify::Message message, const std::string& suffix, std::vector<std::string> to) {
    message.message_id = with_suffix(message.message_id, suffix);
    message.in_reply_to = with_suffix(message.in_reply_to, suffix);
    for (std::string& reference : message.references)
        reference = with_suffix(reference, suffix);
    message.to = std::move(to);
    return message;
}

bool wants_copy(const settings::Mailbox& mailbox) {
    const auto& mail = mailbox.owner.mail;
    return !mail.empty() && std::find(mail.begin(), mail.end(), mailbox.address) == mail.end();
}

} // namespace

notify::NoticeFacts notice_facts(const MailContext& context, const settings::Mailbox& mailbox,
                                 const Assessment& assessment, const Snapshot& snapshot,
                                 const Notification& notification) {
    const settings::Settings& settings = context.settings;
    notify::NoticeFacts facts;
    facts.address = mailbox.address;
    facts.owner_name = mailbox.owner.name;
    if (settings.smtp)
        facts.from = settings.smtp->from;
    facts.to = mailbox.owner.mail.empty() ? std::vector{mailbox.address} : mailbox.owner.mail;
    facts.language = mailbox.owner.language.empty() ? settings.language : mailbox.owner.language;
    facts.webmail = settings.server_of(mailbox).webmail;
    facts.notification = notification;
    facts.assessment = assessment;
    facts.snapshot = snapshot;
    facts.now = context.now;
    facts.measured_local = os::local_time(snapshot.measured_at);
    facts.slug = mailbox.slug;
    return facts;
}

std::vector<store::OutboxRow> mails_for(const MailContext& context, const MailboxRecord& record, Decision& decision) {
    std::vector<store::OutboxRow> rows;
    if (!decision.notify || !context.settings.smtp)
        return rows;
    const Notification& notification = *decision.notify;
    Episode& episode = *decision.next.episode;
    notify::NoticeFacts facts =
        notice_facts(context, record.settings, record.assessment, *record.snapshot, notification);
    facts.forecast = record.forecast;
    facts.advice = record.advice;
    if (notification.kind == NotificationKind::all_clear)
        facts.freed_bytes = context.freed_bytes;
    facts.message_id = message_id(context, record.settings.slug, notification);
    facts.first_message_id = episode.first_message_id;
    facts.last_message_id = episode.last_message_id;
    const notify::Message message = notify::compose_notice(facts, context.catalog);
    rows.push_back(row_of(context, record, notification, store::Recipient::owner, message));
    if (wants_copy(record.settings)) {
        const auto copy = readdressed(message, "copy", {record.settings.address});
        rows.push_back(row_of(context, record, notification, store::Recipient::copy, copy));
    }
    const bool nobody_else = record.settings.owner.mail.empty();
    if (nobody_else && notification.stage >= Stage::urgent && !context.settings.smtp->admin.empty()) {
        facts.message_id = with_suffix(facts.message_id, "call");
        facts.first_message_id.clear();
        facts.last_message_id.clear();
        facts.to = context.settings.smtp->admin;
        facts.language = context.settings.language;
        const auto call = notify::compose_call_request(facts, context.catalog);
        rows.push_back(row_of(context, record, notification, store::Recipient::admin, call));
    }
    if (episode.first_message_id.empty())
        episode.first_message_id = message.message_id;
    episode.last_message_id = message.message_id;
    return rows;
}

} // namespace mailquotad::app
