#include "store/schema.h"

#include "store/connection.h"
#include "store/database.h"

#include <soci/soci.h>

#include <array>

namespace mailquotad::store {

namespace {

// Everything about a mailbox hangs on its row, so that one DELETE forgets it all.
constexpr std::string_view kFirstTables[] = {
    "CREATE TABLE keyring (name TEXT PRIMARY KEY, value TEXT NOT NULL)",

    "CREATE TABLE mailbox (id {identity}, slug TEXT NOT NULL UNIQUE)",

    R"(CREATE TABLE sample (
        mailbox_id BIGINT NOT NULL REFERENCES mailbox (id) ON DELETE CASCADE,
        measured_at BIGINT NOT NULL, used_bytes BIGINT, limit_bytes BIGINT, messages BIGINT, roles TEXT NOT NULL,
        PRIMARY KEY (mailbox_id, measured_at)))",

    R"(CREATE TABLE alert_state (
        mailbox_id BIGINT PRIMARY KEY REFERENCES mailbox (id) ON DELETE CASCADE,
        stage TEXT, decided_at BIGINT NOT NULL, state TEXT NOT NULL))",

    R"(CREATE TABLE outbox (
        id {identity},
        mailbox_id BIGINT NOT NULL REFERENCES mailbox (id) ON DELETE CASCADE,
        recipient TEXT NOT NULL, kind TEXT NOT NULL, stage TEXT NOT NULL, episode BIGINT NOT NULL,
        message_id TEXT NOT NULL UNIQUE, addresses TEXT NOT NULL, message TEXT NOT NULL,
        created_at BIGINT NOT NULL, not_before BIGINT NOT NULL, attempts BIGINT NOT NULL, last_error TEXT NOT NULL,
        status TEXT NOT NULL, finished_at BIGINT))",
    "CREATE INDEX outbox_by_status ON outbox (status, not_before)",
    "CREATE INDEX outbox_by_end ON outbox (finished_at)",
    "CREATE INDEX outbox_by_mailbox ON outbox (mailbox_id)",

    R"(CREATE TABLE silence (
        mailbox_id BIGINT PRIMARY KEY REFERENCES mailbox (id) ON DELETE CASCADE,
        until_at BIGINT NOT NULL, reason TEXT NOT NULL, created_at BIGINT NOT NULL))",

    R"(CREATE TABLE probe_memory (
        mailbox_id BIGINT PRIMARY KEY REFERENCES mailbox (id) ON DELETE CASCADE,
        memory TEXT NOT NULL))",

    R"(CREATE TABLE note (
        mailbox_id BIGINT NOT NULL REFERENCES mailbox (id) ON DELETE CASCADE,
        name TEXT NOT NULL, content TEXT NOT NULL,
        PRIMARY KEY (mailbox_id, name)))",

    R"(CREATE TABLE login_backoff (
        login_key TEXT PRIMARY KEY, credential_key TEXT NOT NULL, refusals BIGINT NOT NULL,
        last_refused_at BIGINT NOT NULL, detail TEXT NOT NULL))",
};

// How far what came in lay from what was forecast, in thousandths of the forecast's own band.
constexpr std::string_view kForecastErrors[] = {
    R"(CREATE TABLE forecast_error (
        mailbox_id BIGINT NOT NULL REFERENCES mailbox (id) ON DELETE CASCADE,
        day BIGINT NOT NULL, horizon BIGINT NOT NULL, score BIGINT NOT NULL,
        PRIMARY KEY (mailbox_id, day, horizon)))",
    "CREATE INDEX forecast_error_by_day ON forecast_error (day)",
};

// Folders by keyed hash; histograms as text (store/texts.h), since they are only ever read as a whole.
constexpr std::string_view kSurveyTables[] = {
    R"(CREATE TABLE survey (
        mailbox_id BIGINT PRIMARY KEY REFERENCES mailbox (id) ON DELETE CASCADE,
        surveyed_at BIGINT NOT NULL, complete BIGINT NOT NULL, largest_floor BIGINT NOT NULL, largest TEXT NOT NULL))",

    R"(CREATE TABLE survey_folder (
        mailbox_id BIGINT NOT NULL REFERENCES mailbox (id) ON DELETE CASCADE,
        folder_key TEXT NOT NULL, role TEXT NOT NULL, seen TEXT NOT NULL, bins TEXT NOT NULL,
        PRIMARY KEY (mailbox_id, folder_key)))",
};

// What the status page tells of the past beside numbers and mails.
constexpr std::string_view kEventTables[] = {
    R"(CREATE TABLE event (
        mailbox_id BIGINT NOT NULL REFERENCES mailbox (id) ON DELETE CASCADE,
        happened_at BIGINT NOT NULL, kind TEXT NOT NULL, stage_before TEXT NOT NULL, stage_after TEXT NOT NULL,
        failure TEXT NOT NULL, freed_bytes BIGINT NOT NULL,
        PRIMARY KEY (mailbox_id, happened_at, kind)))",
    "CREATE INDEX event_by_time ON event (happened_at)",
};

// Which of several daemons does what. `until_at` and `due_at` are of the database's own clock (Dialect::clock).
constexpr std::string_view kSharingTables[] = {
    "CREATE TABLE daemon (name TEXT PRIMARY KEY, host TEXT NOT NULL, until_at BIGINT NOT NULL)",

    R"(CREATE TABLE claim (
        unit TEXT PRIMARY KEY, server TEXT NOT NULL, holder TEXT NOT NULL, due_at BIGINT NOT NULL,
        kept_at BIGINT NOT NULL))",
    "CREATE INDEX claim_by_server ON claim (server, holder)",
    "CREATE INDEX claim_by_time ON claim (kept_at)",

    R"(CREATE TABLE connection_slot (
        server TEXT NOT NULL, number BIGINT NOT NULL, holder TEXT NOT NULL, PRIMARY KEY (server, number)))",
};

constexpr Step kSteps[] = {
    {"first tables", kFirstTables}, {"forecast errors", kForecastErrors}, {"surveys", kSurveyTables},
    {"events", kEventTables},       {"sharing", kSharingTables},
};

std::string in_dialect(std::string_view statement, const Dialect& dialect) {
    static constexpr std::string_view kPlaceholder = "{identity}";
    std::string text(statement);
    if (const std::size_t at = text.find(kPlaceholder); at != std::string::npos)
        text.replace(at, kPlaceholder.size(), dialect.identity);
    return text;
}

std::size_t version_of(Connection& connection) {
    return connection.attempt("read its version", [&] {
        long long tables = 0;
        const std::string name = "schema_step";
        connection.sql() << std::string(connection.dialect().count_named), soci::use(name), soci::into(tables);
        long long version = 0;
        if (tables > 0)
            connection.sql() << "SELECT COALESCE(MAX(number), 0) FROM schema_step", soci::into(version);
        return static_cast<std::size_t>(version);
    });
}

void refuse_newer(const Connection& connection, std::size_t version, std::size_t known) {
    if (version > known)
        throw StoreError(connection.place() + ": a newer version of mailquotad wrote this database (schema " +
                         std::to_string(version) + "; this version knows schema " + std::to_string(known) +
                         "). Install that version again, or put a backup from before the upgrade in its place");
}

void apply(Connection& connection, std::size_t number, const Step& step) {
    for (const std::string_view statement : step.statements)
        connection.sql() << in_dialect(statement, connection.dialect());
    const auto row = static_cast<long long>(number);
    const std::string name(step.name);
    connection.sql() << "INSERT INTO schema_step (number, name) VALUES (:number, :name)", soci::use(row),
        soci::use(name);
}

} // namespace

std::span<const Step> schema_steps() {
    return kSteps;
}

void migrate(Connection& connection, std::span<const Step> steps) {
    const std::size_t seen = version_of(connection);
    refuse_newer(connection, seen, steps.size());
    if (seen == steps.size())
        return;
    connection.write("bring its schema up to date", [&] {
        if (const std::string_view lock = connection.dialect().lock_schema; !lock.empty())
            connection.sql() << std::string(lock);
        connection.sql() << "CREATE TABLE IF NOT EXISTS schema_step (number BIGINT PRIMARY KEY, name TEXT NOT NULL)";
        // Asked again: another process may have been faster.
        const std::size_t version = version_of(connection);
        refuse_newer(connection, version, steps.size());
        for (std::size_t i = version; i < steps.size(); ++i)
            apply(connection, i + 1, steps[i]);
    });
}

bool is_empty(Connection& connection) {
    return version_of(connection) == 0;
}

void require_current(Connection& connection, std::span<const Step> steps) {
    const std::size_t version = version_of(connection);
    refuse_newer(connection, version, steps.size());
    if (version < steps.size())
        throw OlderSchemaError(connection.place() + ": this database is of an older version of mailquotad (schema " +
                               std::to_string(version) + " of " + std::to_string(steps.size()) +
                               "). Start the daemon once, which brings it up to date");
}

} // namespace mailquotad::store
