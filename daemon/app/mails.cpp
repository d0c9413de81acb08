#include "app/mails.h"

#include "app/news.h"
#include "os/clock.h"

#include <algorithm>

namespace mailquotad::app {

namespace {

std::string name_of(const std::string& slug, std::int64_t episode, const std::string& which) {
    return slug + '.' + std::to_string(episode) + '.' + which;
}

store::OutboxRow row_of(const MailContext& context, const MailboxRecord& record, const Notification& notification,
                        store::Recipient recipient, const notify::Message& message) {
    store::OutboxRow row;
    row.mailbox = record.settings->slug;
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
    return mailbox.tell == settings::Tell::owner && !mail.empty() &&
           std::find(mail.begin(), mail.end(), mailbox.address) == mail.end();
}

/// To the webmaster about one mailbox: in a thread of its own.
store::OutboxRow call_row(const MailContext& context, const MailboxRecord& record, notify::NoticeFacts facts,
                          notify::CallReason reason) {
    facts.first_message_id.clear();
    facts.last_message_id.clear();
    facts.to = context.settings.smtp->admin;
    facts.language = context.settings.language;
    facts.call_reason = reason;
    const auto call = notify::compose_call_request(facts, context.catalog);
    return row_of(context, record, facts.notification, store::Recipient::admin, call);
}

bool asks_to_call(const MailContext& context) {
    return !context.settings.smtp->admin.empty() && daemon_tells(context.settings, AdminEventKind::owner_silent);
}

/// Why the webmaster hears of this mail too; nothing where there is no reason or no webmaster.
std::optional<notify::CallReason> reason_to_call(const MailContext& context, const settings::Mailbox& mailbox,
                                                 const Notification& notification) {
    if (!asks_to_call(context) || mailbox.tell != settings::Tell::owner ||
        notification.kind == NotificationKind::all_clear)
        return std::nullopt;
    if (mailbox.owner.mail.empty() && notification.stage >= Stage::urgent)
        return notify::CallReason::no_address;
    if (notification.stage == Stage::full && notification.kind == NotificationKind::warning)
        return notify::CallReason::now_full;
    return std::nullopt;
}

/// The mail that tells: to the owner in the thread of the episode, or to the webmaster in the owner's place.
notify::Message telling_message(const MailContext& context, const MailboxRecord& record, notify::NoticeFacts& facts) {
    if (record.settings->tell != settings::Tell::webmaster)
        return notify::compose_notice(facts, context.catalog);
    facts.to = context.settings.smtp->admin;
    facts.language = context.settings.language;
    facts.call_reason = notify::CallReason::unattended;
    return facts.notification.kind == NotificationKind::all_clear
               ? notify::compose_notice(facts, context.catalog)
               : notify::compose_call_request(facts, context.catalog);
}

/// Told, and nothing happened: a mail of its own, once for each stage of an episode.
store::OutboxRow unchanged_row(const MailContext& context, const MailboxRecord& record, const AlertState& state) {
    const Episode& episode = *state.episode;
    const Notification notification{
        .kind = NotificationKind::reminder, .stage = *state.stage.stage, .episode = episode.number, .number = 0};
    notify::NoticeFacts facts =
        notice_facts(context, *record.settings, record.assessment, *record.snapshot, notification);
    facts.forecast = record.forecast;
    const std::string which = "unchanged-" + std::string(to_string(notification.stage));
    facts.message_id = message_id(context, name_of(record.settings->slug, episode.number, which));
    store::OutboxRow row = call_row(context, record, facts, notify::CallReason::unchanged);
    row.kind = NotificationKind::webmaster;
    return row;
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
    facts.pop3 = settings.server_of(mailbox).pop3;
    if (context.guides != nullptr)
        facts.guide =
            context.guides->guide(mailbox.owner.client.empty() ? "webmail" : mailbox.owner.client, facts.language);
    facts.wording = settings.wording;
    facts.codeword = mailbox.owner.codeword;
    facts.notification = notification;
    facts.assessment = assessment;
    facts.snapshot = snapshot;
    facts.now = context.now;
    facts.measured_local = os::local_time(snapshot.measured_at);
    facts.slug = mailbox.slug;
    return facts;
}

std::string message_id(const MailContext& context, const std::string& name) {
    const std::string from = notify::address_of(context.settings.smtp->from);
    const std::string hash = store::keyed_hash(context.hash_key, "message-id\n" + name, 12);
    return name + '.' + hash + '@' + from.substr(from.find('@') + 1);
}

std::vector<store::OutboxRow> mails_for(const MailContext& context, const MailboxRecord& record, Decision& decision) {
    std::vector<store::OutboxRow> rows;
    if (!context.settings.smtp)
        return rows;
    if (decision.ask_to_call && asks_to_call(context))
        rows.push_back(unchanged_row(context, record, decision.next));
    if (!decision.notify)
        return rows;
    const Notification& notification = *decision.notify;
    Episode& episode = *decision.next.episode;
    notify::NoticeFacts facts =
        notice_facts(context, *record.settings, record.assessment, *record.snapshot, notification);
    facts.forecast = record.forecast;
    facts.advice = context.advice;
    if (notification.kind == NotificationKind::all_clear)
        facts.freed_bytes = context.freed_bytes;
    facts.message_id =
        message_id(context, name_of(record.settings->slug, notification.episode, std::to_string(notification.number)));
    facts.first_message_id = episode.first_message_id;
    facts.last_message_id = episode.last_message_id;
    const notify::Message message = telling_message(context, record, facts);
    rows.push_back(row_of(context, record, notification, store::Recipient::owner, message));
    if (wants_copy(*record.settings)) {
        const auto copy = readdressed(message, "copy", {record.settings->address});
        rows.push_back(row_of(context, record, notification, store::Recipient::copy, copy));
    }
    if (const auto reason = reason_to_call(context, *record.settings, notification)) {
        facts.message_id = with_suffix(facts.message_id, "call");
        rows.push_back(call_row(context, record, facts, *reason));
    }
    if (episode.first_message_id.empty())
        episode.first_message_id = message.message_id;
    episode.last_message_id = message.message_id;
    return rows;
}

} // namespace mailquotad::app
