#include "store/postgresql/session.h"

#include "store/database.h"
#include "store/kept_statements.h"
#include "store/postgresql/errors.h"
#include "store/postgresql/patience.h"

#include <libpq-fe.h>
#include <soci/postgresql/soci-postgresql.h>
#include <soci/soci.h>

#include <string.h> // explicit_bzero

#include <algorithm>
#include <map>
#include <string_view>
#include <utility>

namespace mailquotad::store {

namespace {

constexpr Dialect kDialect{
    .begin_writing = "BEGIN",
    .identity = "BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY",
    .count_named = "SELECT COUNT(*) FROM pg_catalog.pg_tables WHERE schemaname = current_schema()"
                   " AND tablename = :name",
    .about_mailbox = "SELECT table_name FROM information_schema.columns WHERE table_schema = current_schema()"
                     " AND column_name = 'mailbox_id' ORDER BY table_name",
    // Two daemons that start at once would both make the tables: "IF NOT EXISTS" looks before it locks.
    .lock_schema = "SELECT pg_advisory_xact_lock(7823475901267341)",
    .lock_row = " FOR NO KEY UPDATE" /* of what refers to the row nobody need wait */,
    .clock = "SELECT CAST(EXTRACT(EPOCH FROM clock_timestamp()) AS BIGINT)",
    .sync_soon = "SET synchronous_commit = off",
    .sync_now = "SET synchronous_commit TO DEFAULT",
    .is_shared = true,
    .is_lost = is_lost_postgresql,
    .rethrow = rethrow_postgresql,
};

// The server itself ends what takes long: only one that stands still is left to our own patience, which the watchdog of
// the service manager (2 min) must not outlast.
constexpr std::string_view kLongestStatement = "10000"; // ms
constexpr std::chrono::seconds kPatience{15};

/// What libpq made of a connection string.
class Options {
public:
    explicit Options(const std::string& url) {
        char* error = nullptr;
        options_ = ::PQconninfoParse(url.c_str(), &error);
        if (error != nullptr) {
            fault_ = error;
            ::PQfreemem(error);
            fault_.erase(std::find(fault_.begin(), fault_.end(), '\n'), fault_.end());
        }
    }
    ~Options() { ::PQconninfoFree(options_); }
    Options(const Options&) = delete;
    Options& operator=(const Options&) = delete;

    [[nodiscard]] const std::string& fault() const { return fault_; }
    /// Those that the URL sets.
    [[nodiscard]] std::map<std::string, std::string> values() const {
        std::map<std::string, std::string> set;
        for (const ::PQconninfoOption* option = options_; option != nullptr && option->keyword != nullptr; ++option)
            if (option->val != nullptr)
                set[option->keyword] = option->val;
        return set;
    }

private:
    ::PQconninfoOption* options_ = nullptr;
    std::string fault_;
};

std::string value_or(const std::map<std::string, std::string>& values, const char* name, const char* otherwise) {
    const auto found = values.find(name);
    return found == values.end() || found->second.empty() ? otherwise : found->second;
}

std::string name_of(const std::map<std::string, std::string>& values) {
    return "PostgreSQL database " + value_or(values, "dbname", value_or(values, "user", "").c_str()) + " at " +
           value_or(values, "host", value_or(values, "hostaddr", "this machine").c_str()) + ":" +
           value_or(values, "port", "5432");
}

// A server that went away without a word must not hold the loop for the two hours that TCP would wait.
std::map<std::string, std::string> with_defaults(std::map<std::string, std::string> values, bool readonly) {
    values.try_emplace("connect_timeout", "5");
    values.try_emplace("tcp_user_timeout", "10000");
    values.try_emplace("keepalives_idle", "30");
    values.try_emplace("keepalives_interval", "10");
    values.try_emplace("keepalives_count", "3");
    values.try_emplace("fallback_application_name", "mailquotad");
    values["client_encoding"] = "UTF8";
    values["options"] += " -c statement_timeout=";
    values["options"] += kLongestStatement;
    values["options"] += " -c lock_timeout=10000 -c idle_in_transaction_session_timeout=60000";
    if (readonly)
        values["options"] += " -c default_transaction_read_only=on";
    return values;
}

// As a URI without a single blank: SOCI cuts other forms at blanks, quoted or not.
std::string connect_string(const std::map<std::string, std::string>& values, std::string_view password) {
    static constexpr char kHex[] = "0123456789ABCDEF";
    std::string text = "postgresql://";
    text.reserve(4096); // one piece of memory to wipe
    const auto append = [&text](std::string_view name, std::string_view value) {
        text.append(1, text.back() == '/' ? '?' : '&').append(name).append("=");
        for (const char c : value) {
            const auto byte = static_cast<unsigned char>(c);
            text.append({'%', kHex[byte >> 4U], kHex[byte & 0xFU]});
        }
    };
    for (const auto& [name, value] : values)
        append(name, value);
    if (!password.empty())
        append("password", password);
    return text;
}

void wipe_text(const std::string& text) {
    ::explicit_bzero(const_cast<char*>(text.data()), text.size()); // of an object that is ours and not const
}

/// The server stood still.
class NoAnswer : public soci::soci_error {
public:
    NoAnswer() : soci_error("it did not answer for " + std::to_string(kPatience.count()) + " s") {}
    error_category get_error_category() const override { return connection_error; }
};

class PostgresqlCare : public StatementCare {
public:
    explicit PostgresqlCare(::PGconn* connection) : patience_(connection) {}

    void ask(const std::function<void()>& call) override {
        patience_.begin(kPatience);
        try {
            call();
        } catch (...) {
            if (patience_.end())
                throw NoAnswer();
            throw;
        }
        patience_.end();
    }
    bool rest(soci::details::statement_backend& statement) override {
        auto& prepared = static_cast<soci::postgresql_statement_backend&>(statement);
        prepared.result_.reset();
        prepared.useByPosBuffers_.clear();
        prepared.useByNameBuffers_.clear();
        prepared.justDescribed_ = false;
        return true;
    }
    // The server frees all of them by itself: one need not be told of each.
    void leave(soci::details::statement_backend& statement) override {
        static_cast<soci::postgresql_statement_backend&>(statement).statementName_.clear();
    }

private:
    Patience patience_;
};

/// SOCI's own factory, except that no password stays in memory, statements are kept, and no answer is waited for for
/// ever.
class Factory : public soci::backend_factory {
public:
    explicit Factory(const Place& place, bool readonly) : place_(place), readonly_(readonly) {}

    soci::details::session_backend* make_session(const soci::connection_parameters& /*empty*/) const override {
        auto session = connect();
        auto care = std::make_unique<PostgresqlCare>(session->conn_);
        return keep_statements(std::move(session), std::move(care)).release();
    }

    [[nodiscard]] std::unique_ptr<soci::postgresql_session_backend> connect() const {
        const Secret password = place_.password ? place_.password() : Secret();
        std::string text =
            connect_string(with_defaults(Options(place_.postgresql_url).values(), readonly_), password.reveal());
        const soci::backend_factory& factory = *soci::factory_postgresql();
        const soci::connection_parameters parameters(factory, text);
        wipe(text);
        try {
            std::unique_ptr<soci::postgresql_session_backend> session(
                static_cast<soci::postgresql_session_backend*>(factory.make_session(parameters)));
            wipe_text(parameters.get_connect_string());
            prepare(*session);
            return session;
        } catch (...) {
            wipe_text(parameters.get_connect_string());
            throw;
        }
    }

private:
    // libpq keeps the password for PQreset, which nobody calls here: a lost connection is made anew.
    static void prepare(soci::postgresql_session_backend& session) {
        if (char* kept = ::PQpass(session.conn_); kept != nullptr)
            ::explicit_bzero(kept, std::string_view(kept).size());
        wipe_text(session.connectionParameters_.get_connect_string());
        ::PQsetNoticeProcessor(
            session.conn_, [](void*, const char*) {}, nullptr); // they would go to stderr
    }

    Place place_;
    bool readonly_;
};

} // namespace

std::string fault_of_url(const std::string& url) {
    return Options(url).fault();
}

std::unique_ptr<soci::postgresql_session_backend> connect_for_rows(const Place& place) {
    try {
        return Factory(place, true).connect();
    } catch (...) {
        rethrow_postgresql(name_of(Options(place.postgresql_url).values()), "be reached");
    }
}

PostgresqlLink link_postgresql(const Place& place, bool readonly) {
    const Options options(place.postgresql_url);
    if (!options.fault().empty())
        throw StoreError("database.url cannot be read: " + options.fault());
    const std::string name = name_of(options.values());
    const auto factory = std::make_shared<const Factory>(place, readonly);
    const auto open = [factory, name] {
        try {
            return std::make_unique<soci::session>(*factory, "");
        } catch (...) {
            rethrow_postgresql(name, "be reached");
        }
    };
    return {.name = name, .dialect = kDialect, .open = open};
}

} // namespace mailquotad::store
