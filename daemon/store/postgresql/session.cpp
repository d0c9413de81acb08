#include "store/postgresql/session.h"

#include "store/database.h"
#include "store/postgresql/errors.h"

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
    values["options"] += " -c statement_timeout=30000 -c lock_timeout=10000"
                         " -c idle_in_transaction_session_timeout=60000";
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

/// SOCI's own factory, except that no password stays in memory.
class Factory : public soci::backend_factory {
public:
    explicit Factory(const Place& place, bool readonly) : place_(place), readonly_(readonly) {}

    soci::details::session_backend* make_session(const soci::connection_parameters& /*empty*/) const override {
        const Secret password = place_.password ? place_.password() : Secret();
        std::string text =
            connect_string(with_defaults(Options(place_.postgresql_url).values(), readonly_), password.reveal());
        const soci::backend_factory& factory = *soci::factory_postgresql();
        const soci::connection_parameters parameters(factory, text);
        wipe(text);
        try {
            std::unique_ptr<soci::details::session_backend> session(factory.make_session(parameters));
            wipe_text(parameters.get_connect_string());
            prepare(static_cast<soci::postgresql_session_backend&>(*session));
            return session.release();
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
