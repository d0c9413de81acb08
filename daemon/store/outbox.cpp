// Mails that were decided and are not delivered yet, and the facts of those that are.
#include "store/connection.h"
#include "store/database.h"
#include "store/rows.h"
#include "store/texts.h"

#include <soci/soci.h>

#include <algorithm>
#include <limits>

namespace mailquotad::store {

namespace {

constexpr std::pair<Recipient, std::string_view> kRecipients[] = {{Recipient::owner, "owner"},
                                                                  {Recipient::copy, "copy"},
                                                                  {Recipient::admin, "admin"},
                                                                  {Recipient::webhook, "webhook"}};

std::string text_of(Recipient recipient) {
    const auto* const found = std::find_if(std::begin(kRecipients), std::end(kRecipients),
                                           [&](const auto& name) { return name.first == recipient; });
    return std::string(found->second);
}

Recipient recipient_of(std::string_view text) {
    const auto* const found = std::find_if(std::begin(kRecipients), std::end(kRecipients),
                                           [&](const auto& name) { return name.second == text; });
    if (found == std::end(kRecipients))
        throw std::runtime_error("unknown recipient");
    return found->first;
}

/// A row of the outbox as the database holds it.
struct StoredMail {
    Number id = 0;
    std::string mailbox, recipient, kind, stage, message_id, addresses, message, last_error;
    Number episode = 0, created_at = 0, not_before = 0, attempts = 0;

    [[nodiscard]] OutboxRow row() const {
        const auto notification = parse_notification_kind(kind);
        const auto known_stage = parse_stage(stage);
        if (!notification || !known_stage)
            throw std::runtime_error("unknown kind or stage");
        return {.id = id,
                .mailbox = mailbox,
                .recipient = recipient_of(recipient),
                .kind = *notification,
                .stage = *known_stage,
                .episode = episode,
                .message_id = message_id,
                .to = parse_list(addresses),
                .text = decode_bytes(message),
                .created_at = time_of(created_at),
                .not_before = time_of(not_before),
                .attempts = static_cast<int>(attempts),
                .last_error = last_error};
    }
};

bool insert(soci::session& sql, Number mailbox, const OutboxRow& row) {
    const std::string recipient = text_of(row.recipient);
    const std::string kind(to_string(row.kind));
    const std::string stage(to_string(row.stage));
    const Number episode = row.episode;
    const std::string addresses = list_text(row.to);
    const std::string message = encode_bytes(row.text);
    const Number created_at = seconds_of(row.created_at);
    const Number not_before = seconds_of(row.not_before);
    const Number attempts = row.attempts;
    const std::string last_error = readable(row.last_error);
    soci::statement statement =
        (sql.prepare << "INSERT INTO outbox (mailbox_id, recipient, kind, stage, episode, message_id, addresses,"
                        " message, created_at, not_before, attempts, last_error, status) VALUES (:mailbox, :recipient,"
                        " :kind, :stage, :episode, :message_id, :addresses, :message, :created_at, :not_before,"
                        " :attempts, :last_error, 'waiting') ON CONFLICT (message_id) DO NOTHING",
         soci::use(mailbox), soci::use(recipient), soci::use(kind), soci::use(stage), soci::use(episode),
         soci::use(row.message_id), soci::use(addresses), soci::use(message), soci::use(created_at),
         soci::use(not_before), soci::use(attempts), soci::use(last_error));
    statement.execute(true);
    return statement.get_affected_rows() > 0;
}

// Takes a mail out of the queue; its text and its addresses go.
void finish(Connection& connection, std::int64_t id, Time at, const std::string& status, const std::string& error) {
    connection.write("store what became of a mail", [&] {
        const Number number = id;
        const Number finished_at = seconds_of(at);
        const std::string last_error = readable(error);
        connection.sql() << "UPDATE outbox SET status = :status, finished_at = :finished_at, last_error = :last_error,"
                            " attempts = attempts + 1, message = '', addresses = '[]'"
                            " WHERE id = :id AND status = 'waiting'",
            soci::use(status), soci::use(finished_at), soci::use(last_error), soci::use(number);
    });
}

} // namespace

bool Database::enqueue(const OutboxRow& row) {
    bool added = false;
    connection_->write("store a mail",
                       [&] { added = insert(connection_->sql(), mailbox_number(*connection_, row.mailbox), row); });
    return added;
}

std::vector<OutboxRow> Database::due_mail(Time now, int most, const std::function<bool(const std::string&)>& wanted) {
    const auto stored =
        connection_->attempt("read the waiting mail", [&] {
            std::vector<StoredMail> mails;
            const Number due = seconds_of(now);
            const auto enough = static_cast<std::size_t>(std::max(most, 0));
            const Number limit = wanted ? std::numeric_limits<Number>::max() : static_cast<Number>(enough);
            StoredMail mail;
            soci::statement statement =
                (connection_->sql().prepare
                     << "SELECT o.id, m.slug, o.recipient, o.kind, o.stage, o.episode, o.message_id, o.addresses,"
                        " o.message, o.created_at, o.not_before, o.attempts, o.last_error"
                        " FROM outbox o JOIN mailbox m ON m.id = o.mailbox_id"
                        " WHERE o.status = 'waiting' AND o.not_before <= :now ORDER BY o.created_at, o.id LIMIT :most",
                 soci::use(due), soci::use(limit), soci::into(mail.id), soci::into(mail.mailbox),
                 soci::into(mail.recipient), soci::into(mail.kind), soci::into(mail.stage), soci::into(mail.episode),
                 soci::into(mail.message_id), soci::into(mail.addresses), soci::into(mail.message),
                 soci::into(mail.created_at), soci::into(mail.not_before), soci::into(mail.attempts),
                 soci::into(mail.last_error));
            statement.execute();
            while (mails.size() < enough && statement.fetch()) {
                if (!wanted || wanted(mail.mailbox))
                    mails.push_back(mail);
            }
            return mails;
        });
    std::vector<OutboxRow> rows;
    for (const StoredMail& mail : stored) {
        try {
            rows.push_back(mail.row());
        } catch (const std::exception& error) {
            throw StoreError(connection_->place() + ": cannot read waiting mail " + std::to_string(mail.id) + ": " +
                             error.what());
        }
    }
    return rows;
}

std::optional<Time> Database::next_mail_due() {
    return connection_->attempt("read the waiting mail", [&] {
        Number first = 0;
        soci::indicator indicator = soci::i_null;
        connection_->sql() << "SELECT MIN(not_before) FROM outbox WHERE status = 'waiting'",
            soci::into(first, indicator);
        return indicator == soci::i_ok ? std::optional(time_of(first)) : std::nullopt;
    });
}

void Database::retry_all_mail(Time now) {
    connection_->write("make the waiting mail due", [&] {
        const Number due = seconds_of(now);
        connection_->sql() << "UPDATE outbox SET not_before = :due WHERE status = 'waiting' AND not_before > :now",
            soci::use(due), soci::use(due);
    });
}

void Database::mark_sent(std::int64_t id, Time at) {
    finish(*connection_, id, at, "sent", "");
}

void Database::mark_deferred(std::int64_t id, Time not_before, const std::string& error) {
    connection_->write("store a refusal of a mail", [&] {
        const Number number = id;
        const Number due = seconds_of(not_before);
        const std::string last_error = readable(error);
        connection_->sql() << "UPDATE outbox SET attempts = attempts + 1, not_before = :due, last_error = :error"
                              " WHERE id = :id AND status = 'waiting'",
            soci::use(due), soci::use(last_error), soci::use(number);
    });
}

void Database::mark_failed(std::int64_t id, Time at, const std::string& error) {
    finish(*connection_, id, at, "failed", error);
}

void Database::withdraw_mail(const std::string& slug, Time at) {
    connection_->write("take a mail back", [&] {
        const Number finished_at = seconds_of(at);
        const std::string prefix = slug + ".%"; // the Message-IDs of mails that were decided; a slug holds no wildcard
        connection_->sql() << "UPDATE outbox SET status = 'withdrawn', finished_at = :at, message = '',"
                              " addresses = '[]' WHERE status = 'waiting' AND kind <> 'webmaster'"
                              " AND message_id LIKE :prefix"
                              " AND mailbox_id IN (SELECT id FROM mailbox WHERE slug = :slug)",
            soci::use(finished_at), soci::use(prefix), soci::use(slug);
    });
}

std::vector<MailFact> Database::mail_facts(const std::string& slug, Time since) {
    return connection_->attempt("read what became of mails", [&] {
        std::vector<MailFact> facts;
        StoredMail mail;
        std::string status;
        Number finished_at = 0;
        soci::indicator finished = soci::i_null;
        const Number first = seconds_of(since);
        soci::statement statement =
            (connection_->sql().prepare
                 << "SELECT m.slug, o.recipient, o.kind, o.stage, o.episode, o.message_id, o.created_at, o.not_before,"
                    " o.attempts, o.last_error, o.status, o.finished_at FROM outbox o"
                    " JOIN mailbox m ON m.id = o.mailbox_id WHERE o.created_at >= :since"
                    " AND (:slug = '' OR m.slug = :same) ORDER BY o.created_at, o.id",
             soci::use(first), soci::use(slug), soci::use(slug), soci::into(mail.mailbox), soci::into(mail.recipient),
             soci::into(mail.kind), soci::into(mail.stage), soci::into(mail.episode), soci::into(mail.message_id),
             soci::into(mail.created_at), soci::into(mail.not_before), soci::into(mail.attempts),
             soci::into(mail.last_error), soci::into(status), soci::into(finished_at, finished));
        statement.execute();
        mail.addresses = "[]";
        while (statement.fetch()) {
            const OutboxRow row = mail.row();
            facts.push_back({.mailbox = row.mailbox,
                             .recipient = row.recipient,
                             .kind = row.kind,
                             .stage = row.stage,
                             .episode = row.episode,
                             .message_id = row.message_id,
                             .created_at = row.created_at,
                             .finished_at = finished == soci::i_ok ? std::optional(time_of(finished_at)) : std::nullopt,
                             .not_before = row.not_before,
                             .attempts = row.attempts,
                             .status = status,
                             .last_error = row.last_error});
        }
        return facts;
    });
}

std::vector<SentMail> Database::sent_mail(Time since, int most) {
    return connection_->attempt(
        "read the accepted mail", [&] {
            std::vector<SentMail> mails;
            const Number first = seconds_of(since);
            const Number limit = std::max(most, 0);
            StoredMail mail;
            Number finished_at = 0;
            soci::statement statement =
                (connection_->sql().prepare
                     << "SELECT o.id, m.slug, o.recipient, o.kind, o.stage, o.episode, o.message_id, o.finished_at"
                        " FROM outbox o JOIN mailbox m ON m.id = o.mailbox_id WHERE o.status = 'sent'"
                        " AND o.recipient IN ('owner', 'copy') AND o.finished_at >= :since"
                        " ORDER BY o.finished_at DESC, o.id DESC LIMIT :most",
                 soci::use(first), soci::use(limit), soci::into(mail.id), soci::into(mail.mailbox),
                 soci::into(mail.recipient), soci::into(mail.kind), soci::into(mail.stage), soci::into(mail.episode),
                 soci::into(mail.message_id), soci::into(finished_at));
            statement.execute();
            while (statement.fetch())
                mails.push_back({.id = mail.id,
                                 .mailbox = mail.mailbox,
                                 .recipient = recipient_of(mail.recipient),
                                 .kind = parse_notification_kind(mail.kind).value_or(NotificationKind::warning),
                                 .stage = parse_stage(mail.stage).value_or(Stage::ok),
                                 .episode = mail.episode,
                                 .message_id = mail.message_id,
                                 .sent_at = time_of(finished_at)});
            return mails;
        });
}

void Database::mark_bounced(std::int64_t id, const std::string& error) {
    connection_->write("store that a mail came back", [&] {
        const Number number = id;
        const std::string last_error = readable(error);
        connection_->sql() << "UPDATE outbox SET status = 'bounced', last_error = :error"
                              " WHERE id = :id AND status = 'sent'",
            soci::use(last_error), soci::use(number);
    });
}

std::map<std::string, Time> Database::waiting_mail() {
    return connection_->attempt("read the waiting mail", [&] {
        std::map<std::string, Time> result;
        std::string slug;
        Number not_before = 0;
        soci::statement statement =
            (connection_->sql().prepare << "SELECT m.slug, MIN(o.not_before) FROM outbox o"
                                           " JOIN mailbox m ON m.id = o.mailbox_id"
                                           " WHERE o.status = 'waiting' AND o.recipient = 'owner' GROUP BY m.slug",
             soci::into(slug), soci::into(not_before));
        statement.execute();
        while (statement.fetch())
            result[slug] = time_of(not_before);
        return result;
    });
}

std::int64_t Database::unsent_mail() {
    return connection_->attempt("count the waiting mail", [&] {
        Number count = 0;
        connection_->sql() << "SELECT COUNT(*) FROM outbox WHERE status = 'waiting'", soci::into(count);
        return static_cast<std::int64_t>(count);
    });
}

int Database::owner_mails_since(Time since) {
    return connection_->attempt("count the mails to owners", [&] {
        const Number first = seconds_of(since);
        Number count = 0;
        // Asked at every look: SQLite would read all mails that were ever sent, were it to find them by their status.
        connection_->sql() << "SELECT (SELECT COUNT(*) FROM outbox WHERE recipient = 'owner' AND status = 'waiting')"
                              " + (SELECT COUNT(CASE WHEN status = 'sent' THEN 1 END) FROM outbox"
                              " WHERE recipient = 'owner' AND finished_at >= :since)",
            soci::use(first), soci::into(count);
        return static_cast<int>(count);
    });
}

} // namespace mailquotad::store
