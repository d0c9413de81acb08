// The database behind history, alert state, outbox and what probes remember. SOCI stays inside this folder.
#pragma once

#include "core/alert.h"
#include "core/measurement.h"
#include "core/time.h"

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace mailquotad::store {

/// The database cannot do what is asked: full disk, unwritable folder, corrupt file. The text names the file and
/// what to do.
class StoreError : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// One measurement of one mailbox as history keeps it.
struct Sample {
    Time at{};
    std::optional<std::int64_t> used_bytes;   ///< of the tightest STORAGE root
    std::optional<std::int64_t> limit_bytes;
    std::optional<std::int64_t> messages;
    std::vector<std::pair<FolderRole, std::int64_t>> roles_bytes;
};

/// Which of the mails about one decision this is.
enum class Recipient {
    owner,    ///< to the address that the owner gave; its acceptance counts as told
    copy,     ///< to the mailbox itself; its refusal changes nothing
    admin,    ///< to smtp.admin
};

/// A mail that was decided and is not delivered yet. Written in the same transaction as the decision.
struct OutboxRow {
    std::int64_t id = 0;             ///< set by the database
    std::string mailbox;             ///< slug
    Recipient recipient = Recipient::owner;
    NotificationKind kind = NotificationKind::warning;
    Stage stage = Stage::ok;
    std::int64_t episode = 0;
    std::string message_id;          ///< unique: the same mail is never queued twice
    std::vector<std::string> to;     ///< envelope recipients
    std::string text;                ///< the whole RFC 5322 message, CRLF; deleted once accepted
    Time created_at{};
    Time not_before{};
    int attempts = 0;
    std::string last_error;
};

/// What is remembered of refused logins, so that a restart does not hammer.
struct LoginBackoff {
    std::string login_key;   ///< keyed hash of server, login and authorisation identity
    std::string credential_key;  ///< keyed hash of these and the credential
    int refusals = 0;
    Time last_refused_at{};
    std::string detail;
};

/// One connection; used by one thread. All methods throw StoreError.
class Database {
public:
    /// Opens or makes FOLDER/mailquotad.sqlite (WAL) and brings its schema up to date. A corrupt file, a newer
    /// schema, a full disk or an unwritable folder is a StoreError that names it; nothing is deleted.
    static Database open_sqlite(const std::filesystem::path& folder);
    /// The same read-only, for commands beside a running daemon; nothing where there is no database yet.
    static std::optional<Database> open_sqlite_readonly(const std::filesystem::path& folder);

    Database(Database&&) noexcept;
    Database& operator=(Database&&) noexcept;
    ~Database();

    /// Runs `work` in one transaction; rolled back when it throws. Not to be nested.
    void transaction(const std::function<void()>& work);

    void add_sample(const std::string& slug, const Sample& sample);
    /// Samples from `since` on, oldest first.
    std::vector<Sample> samples(const std::string& slug, Time since);

    std::optional<AlertState> alert_state(const std::string& slug);
    void save_alert_state(const std::string& slug, const AlertState& state);

    /// Adds a row; does nothing where its message_id is known already. Returns whether it was added.
    bool enqueue(const OutboxRow& row);
    /// Rows that may be tried at `now`, oldest first, at most `most`.
    std::vector<OutboxRow> due_mail(Time now, int most);
    std::optional<Time> next_mail_due();
    /// Makes all unsent rows due now (at start: no back-off after a crash).
    void retry_all_mail(Time now);
    /// Accepted by the server: the text goes, the fact stays.
    void mark_sent(std::int64_t id, Time at);
    /// Refused for now: tried again at `not_before`.
    void mark_deferred(std::int64_t id, Time not_before, const std::string& error);
    /// Refused for good; the text goes, the fact and the error stay.
    void mark_failed(std::int64_t id, Time at, const std::string& error);
    std::int64_t unsent_mail();
    /// Mails to owners accepted since `since` or still waiting, over all mailboxes.
    int owner_mails_since(Time since);

    std::optional<LoginBackoff> login_backoff(const std::string& login_key);
    void save_login_backoff(const LoginBackoff& backoff);
    void clear_login_backoff(const std::string& login_key);

    /// ProbeReport::memory of the last probe; empty where there is none.
    std::string probe_memory(const std::string& slug);
    void save_probe_memory(const std::string& slug, const std::string& memory);

    /// The last probe outcomes as they are shown by `explain` and after a restart: opaque text per mailbox and name.
    std::optional<std::string> note(const std::string& slug, const std::string& name);
    void save_note(const std::string& slug, const std::string& name, const std::string& text);

    /// A random 32-byte key made at the first opening; for slugs, folder keys and Message-IDs.
    const std::string& hash_key() const;

private:
    struct Connection;
    explicit Database(std::unique_ptr<Connection> connection);
    std::unique_ptr<Connection> connection_;
};

/// Keyed SHA-256 (HMAC) in hex, cut to `hex_digits`.
std::string keyed_hash(const std::string& key, const std::string& text, int hex_digits);

} // namespace mailquotad::store
