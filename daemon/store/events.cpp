// What happened to mailboxes, for the pages.
#include "store/connection.h"
#include "store/database.h"
#include "store/rows.h"

#include <soci/soci.h>

namespace mailquotad::store {

namespace {

/// An event as SOCI exchanges it.
struct EventRow {
    std::string mailbox;
    Number at = 0;
    std::string kind;
    std::string before;
    std::string after;
    std::string failure;
    Number bytes = 0;

    /// Nothing for a kind of another version.
    [[nodiscard]] std::optional<MailboxEvent> event() const {
        const auto parsed = parse_event_kind(kind);
        if (!parsed)
            return std::nullopt;
        return MailboxEvent{.at = time_of(at),
                            .kind = *parsed,
                            .before = parse_stage(before),
                            .after = parse_stage(after),
                            .failure = parse_failure_kind(failure),
                            .bytes = bytes};
    }
};

std::string word(const auto& value) {
    return value ? std::string(to_string(*value)) : std::string();
}

} // namespace

void Database::add_event(const std::string& slug, const MailboxEvent& event) {
    connection_->write("store what happened", [&] {
        const Number mailbox = mailbox_number(*connection_, slug);
        const Number at = seconds_of(event.at);
        const std::string kind(to_string(event.kind));
        const std::string before = word(event.before);
        const std::string after = word(event.after);
        const std::string failure = word(event.failure);
        const Number bytes = event.bytes;
        connection_->sql() << "INSERT INTO event (mailbox_id, happened_at, kind, stage_before, stage_after, failure,"
                              " freed_bytes) VALUES (:mailbox, :at, :kind, :before, :after, :failure, :bytes)"
                              " ON CONFLICT (mailbox_id, happened_at, kind) DO UPDATE SET"
                              " stage_before = excluded.stage_before, stage_after = excluded.stage_after,"
                              " failure = excluded.failure, freed_bytes = excluded.freed_bytes",
            soci::use(mailbox), soci::use(at), soci::use(kind), soci::use(before), soci::use(after), soci::use(failure),
            soci::use(bytes);
    });
}

std::vector<MailboxEvent> Database::events(const std::string& slug, Time since) {
    return connection_->attempt("read what happened", [&] {
        std::vector<MailboxEvent> result;
        const Number first = seconds_of(since);
        EventRow row;
        soci::statement statement =
            (connection_->sql().prepare << "SELECT e.happened_at, e.kind, e.stage_before, e.stage_after, e.failure,"
                                           " e.freed_bytes FROM event e JOIN mailbox m ON m.id = e.mailbox_id"
                                           " WHERE m.slug = :slug AND e.happened_at >= :first"
                                           " ORDER BY e.happened_at, e.kind",
             soci::use(slug), soci::use(first), soci::into(row.at), soci::into(row.kind), soci::into(row.before),
             soci::into(row.after), soci::into(row.failure), soci::into(row.bytes));
        statement.execute();
        while (statement.fetch()) {
            if (auto event = row.event())
                result.push_back(*event);
        }
        return result;
    });
}

std::vector<MailboxEventOf> Database::all_events(Time since, int most) {
    return connection_->attempt(
        "read what happened", [&] {
            std::vector<MailboxEventOf> result;
            const Number first = seconds_of(since);
            EventRow row;
            soci::statement statement =
                (connection_->sql().prepare
                     << "SELECT m.slug, e.happened_at, e.kind, e.stage_before, e.stage_after, e.failure, e.freed_bytes"
                        " FROM event e JOIN mailbox m ON m.id = e.mailbox_id WHERE e.happened_at >= :first"
                        " ORDER BY e.happened_at DESC, m.slug, e.kind LIMIT :most",
                 soci::use(first), soci::use(most), soci::into(row.mailbox), soci::into(row.at), soci::into(row.kind),
                 soci::into(row.before), soci::into(row.after), soci::into(row.failure), soci::into(row.bytes));
            statement.execute();
            while (statement.fetch()) {
                if (auto event = row.event())
                    result.push_back({row.mailbox, *event});
            }
            return result;
        });
}

} // namespace mailquotad::store
