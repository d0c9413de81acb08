#include "store/database.h"

#include "store/connection.h"
#include "store/place.h"
#include "store/postgresql.h"
#include "store/rows.h"
#include "store/schema.h"
#include "store/sqlite.h"

#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <soci/soci.h>

#include <algorithm>
#include <array>

namespace mailquotad::store {

namespace {

constexpr std::size_t kKeyBytes = 32;
constexpr std::size_t kDigestBytes = 32;

std::string hex(const unsigned char* bytes, std::size_t size) {
    static constexpr char kDigits[] = "0123456789abcdef";
    std::string text;
    for (std::size_t i = 0; i < size; ++i)
        text.append(1, kDigits[bytes[i] >> 4U]).append(1, kDigits[bytes[i] & 0xFU]);
    return text;
}

std::string random_key() {
    std::array<unsigned char, kKeyBytes> bytes{};
    if (const int code = gnutls_rnd(GNUTLS_RND_KEY, bytes.data(), bytes.size()); code != 0)
        throw StoreError(std::string("cannot make a random key: ") + gnutls_strerror(code));
    return hex(bytes.data(), bytes.size());
}

// The key in hex; empty where there is none yet.
std::string stored_key(Connection& connection) {
    return connection.attempt("read its key", [&] {
        std::string key;
        connection.sql() << "SELECT value FROM keyring WHERE name = 'hash'", soci::into(key);
        return connection.sql().got_data() ? key : std::string();
    });
}

std::string make_key(Connection& connection) {
    const std::string key = random_key();
    connection.write("store its key", [&] {
        connection.sql() << "INSERT INTO keyring (name, value) VALUES ('hash', :key) ON CONFLICT DO NOTHING",
            soci::use(key);
    });
    // Another process may have been faster.
    return stored_key(connection);
}

} // namespace

Database::Database(std::unique_ptr<Connection> connection) : connection_(std::move(connection)) {}
Database::Database(Database&&) noexcept = default;
Database& Database::operator=(Database&&) noexcept = default;
Database::~Database() = default;

Database Database::open(const Place& place, Inspection inspection) {
    Database database(place.is_postgresql() ? connect_postgresql(place, false)
                                            : connect_sqlite(place.folder, inspection));
    Connection& connection = *database.connection_;
    migrate(connection, schema_steps());
    database.hash_key_ = stored_key(connection);
    if (database.hash_key_.empty())
        database.hash_key_ = make_key(connection);
    return database;
}

std::optional<Database> Database::open_readonly(const Place& place) {
    auto connection = place.is_postgresql() ? connect_postgresql(place, true) : connect_sqlite_readonly(place.folder);
    if (!connection || (place.is_postgresql() && is_empty(*connection)))
        return std::nullopt;
    Database database(std::move(connection));
    require_current(*database.connection_, schema_steps());
    database.hash_key_ = stored_key(*database.connection_);
    return database;
}

Sharing Database::sharing() {
    return Sharing(*connection_);
}

void Database::exclusively(const std::string& unit, const std::string& me, const std::function<void()>& work) {
    if (!is_shared())
        return work();
    transaction([&] {
        if (!sharing().lock(me, unit))
            throw ClaimLostError("another daemon holds it");
        joining_ = true;
        try {
            work();
        } catch (...) {
            joining_ = false;
            throw;
        }
        joining_ = false;
    });
}

void Database::transaction(const std::function<void()>& work, Durability durability) {
    if (joining_)
        return work();
    if (connection_->in_transaction())
        throw std::logic_error("a transaction is open already");
    connection_->begin("begin a transaction", durability);
    try {
        work();
        connection_->commit("end a transaction");
    } catch (...) {
        connection_->roll_back();
        throw;
    }
}

bool Database::is_shared() const {
    return connection_->dialect().is_shared;
}

void Database::require_writable() {
    connection_->revive();
    connection_->write("write a trifle", [&] {
        connection_->sql() << "INSERT INTO keyring (name, value) VALUES ('last_trifle', '1') ON CONFLICT (name)"
                              " DO UPDATE SET value = CASE keyring.value WHEN '1' THEN '2' ELSE '1' END";
    });
}

const std::string& Database::hash_key() const {
    return hash_key_;
}

void Database::forget(const std::string& slug) {
    if (connection_->in_transaction())
        throw std::logic_error("a mailbox cannot be forgotten inside a transaction");
    connection_->write("forget a mailbox", [&] {
        connection_->sql() << "DELETE FROM mailbox WHERE slug = :slug", soci::use(slug);
        connection_->sql() << "DELETE FROM claim WHERE unit = :slug", soci::use(slug);
    });
    if (!is_shared())
        empty_sqlite_log(*connection_);
}

void Database::backup(const std::filesystem::path& file) {
    if (connection_->in_transaction())
        throw std::logic_error("a backup cannot be made inside a transaction");
    if (is_shared())
        throw StoreError(
            connection_->place() +
            ": is backed up by PostgreSQL's own tool: pg_dump --format=custom --file=FILE, with the URL of "
            "the setting database");
    copy_sqlite(*connection_, file);
}

Number mailbox_number(Connection& connection, const std::string& slug) {
    Number number = connection.known_mailbox(slug);
    if (number != 0)
        return number;
    const auto find = [&] {
        connection.sql() << "SELECT id FROM mailbox WHERE slug = :slug", soci::use(slug), soci::into(number);
        return connection.sql().got_data();
    };
    if (!find()) {
        // Another process may have been faster.
        connection.sql() << "INSERT INTO mailbox (slug) VALUES (:slug) ON CONFLICT (slug) DO NOTHING", soci::use(slug);
        find();
    }
    connection.know_mailbox(slug, number);
    return number;
}

std::string keyed_hash(const std::string& key, const std::string& text, int hex_digits) {
    std::array<unsigned char, kDigestBytes> digest{};
    const int code =
        gnutls_hmac_fast(GNUTLS_MAC_SHA256, key.data(), key.size(), text.data(), text.size(), digest.data());
    if (code != 0)
        throw StoreError(std::string("cannot hash: ") + gnutls_strerror(code));
    const auto digits = static_cast<std::size_t>(std::clamp(hex_digits, 0, static_cast<int>(2 * kDigestBytes)));
    return hex(digest.data(), digest.size()).substr(0, digits);
}

} // namespace mailquotad::store
