// The database behind history, alert state, outbox and what probes remember. SOCI stays inside this folder.
#pragma once

#include "core/alert.h"
#include "core/forecast_calibration.h"
#include "core/mailbox_event.h"
#include "core/measurement.h"
#include "core/survey.h"
#include "core/time.h"
#include "store/durability.h"
#include "store/place.h"
#include "store/sharing.h"

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace mailquotad::store {

/// The database cannot do what is asked: full disk, unwritable folder, corrupt file. The text names the file and
/// what to do.
class StoreError : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// The database was written by an older version; the daemon brings it up to date when it starts.
class OlderSchemaError : public StoreError {
public:
    using StoreError::StoreError;
};

/// The file is no database or a broken one.
class DamagedError : public StoreError {
public:
    using StoreError::StoreError;
};

/// What stands in place of a slug for what is about no single mailbox. No mailbox can have it.
inline constexpr const char* kNoMailbox = "*";

/// One measurement of one mailbox as history keeps it.
struct Sample {
    Time at{};
    std::optional<std::int64_t> used_bytes; ///< of the tightest STORAGE root
    std::optional<std::int64_t> limit_bytes;
    std::optional<std::int64_t> messages;
    std::vector<std::pair<FolderRole, std::int64_t>> roles_bytes;
};

/// Which of the mails about one decision this is.
enum class Recipient {
    owner,   ///< to the address that the owner gave; its acceptance counts as told
    copy,    ///< to the mailbox itself; its refusal changes nothing
    admin,   ///< to smtp.admin
    webhook, ///< news for the webmaster to a webhook: `to` is its name, `text` the body
};

/// A mail that a server accepted, as far as it is still known.
struct SentMail {
    std::int64_t id = 0;
    std::string mailbox; ///< slug
    Recipient recipient = Recipient::owner;
    NotificationKind kind = NotificationKind::warning;
    Stage stage = Stage::ok;
    std::int64_t episode = 0;
    std::string message_id;
    Time sent_at{};
};

/// A mail that was decided and is not delivered yet. Written in the same transaction as the decision.
struct OutboxRow {
    std::int64_t id = 0; ///< set by the database
    std::string mailbox; ///< slug, or kNoMailbox
    Recipient recipient = Recipient::owner;
    NotificationKind kind = NotificationKind::warning;
    Stage stage = Stage::ok;
    std::int64_t episode = 0;
    std::string message_id;      ///< unique: the same mail is never queued twice
    std::vector<std::string> to; ///< envelope recipients
    std::string text;            ///< the whole RFC 5322 message, CRLF; deleted once accepted
    Time created_at{};
    Time not_before{};
    int attempts = 0;
    std::string last_error;
};

/// What is known of a mail: where it stands, not what it says.
struct MailFact {
    std::string mailbox; ///< slug
    Recipient recipient = Recipient::owner;
    NotificationKind kind = NotificationKind::warning;
    Stage stage = Stage::ok;
    std::int64_t episode = 0;
    std::string message_id;
    Time created_at{};
    std::optional<Time> finished_at; ///< accepted, refused or taken back; nothing while it waits
    Time not_before{};               ///< next attempt, while it waits
    int attempts = 0;
    std::string status; ///< "waiting", "sent", "failed" or "withdrawn"
    std::string last_error;
};

/// What is remembered of refused logins, so that a restart does not hammer.
struct LoginBackoff {
    std::string login_key;      ///< keyed hash of server, login and authorisation identity
    std::string credential_key; ///< keyed hash of these and the credential
    int refusals = 0;
    Time last_refused_at{};
    std::string detail;
};

/// The webmaster keeps the mails about a mailbox back up to a day.
struct Silence {
    std::string mailbox; ///< slug
    Time until{};        ///< the first second that is no longer silent
    std::string reason;
    Time created_at{};
};

/// How much of a database is read when it is opened.
enum class Inspection {
    whole,  ///< all of it, for damage (a second for 100 MB): for the daemon
    header, ///< its first page: for short commands; damage beyond it is a StoreError when it is met
};

class Connection;

/// One connection; used by one thread. All methods throw StoreError, and what is written is on the disk when they
/// return. A mailbox is known by its slug from the first thing that is stored about it.
class Database {
public:
    /// Opens it and brings its schema up to date. SQLite: makes FOLDER/mailquotad.sqlite where it is missing (WAL, mode
    /// 0600; the folder 0750). A corrupt file, a newer schema, a full disk, an unwritable folder, a PostgreSQL that
    /// cannot be reached is a StoreError that names it; nothing is deleted.
    static Database open(const Place& place, Inspection inspection = Inspection::whole);
    /// The same read-only, for commands beside a running daemon; nothing where there is no database yet. An older
    /// schema is a StoreError too, since it cannot be brought up to date.
    static std::optional<Database> open_readonly(const Place& place);

    Database(Database&&) noexcept;
    Database& operator=(Database&&) noexcept;
    ~Database();

    /// Runs `work` in one transaction; rolled back when it throws, and the exception goes on. Rolled back too, with a
    /// StoreError, where `work` went on after a method of this class had failed to write. Not to be nested
    /// (std::logic_error). Waits up to 10 s for another process that writes. With Durability::soon what was written is
    /// there for everybody when it returns, but on the disk only a little later.
    void transaction(const std::function<void()>& work, Durability durability = Durability::now);

    /// The daemons that share this database, and their claims.
    Sharing sharing();

    /// Runs `work` so that no other daemon changes anything about `unit` meanwhile: in one transaction that holds its
    /// claim, which transaction() inside joins. Throws ClaimLostError where `me` does not hold it. On SQLite, which
    /// one daemon has for itself, it just runs.
    void exclusively(const std::string& unit, const std::string& me, const std::function<void()>& work);

    /// Keeps a measurement; a second one of the same second replaces the first.
    void add_sample(const std::string& slug, const Sample& sample);
    /// Samples from `since` on, oldest first.
    std::vector<Sample> samples(const std::string& slug, Time since);

    /// The last known use of each hour (UTC) from `since` on, oldest first: enough for a forecast, and soon read.
    std::vector<std::pair<Time, std::int64_t>> hourly_use(const std::string& slug, Time since);

    /// The last measurement of each day (UTC) from `since` on that knows the use, without roles, oldest first.
    std::vector<Sample> daily_samples(const std::string& slug, Time since);

    /// Keeps what happened; a second event of the same kind and second replaces the first.
    void add_event(const std::string& slug, const MailboxEvent& event);
    /// What happened to a mailbox since `since`, oldest first.
    std::vector<MailboxEvent> events(const std::string& slug, Time since);
    /// What happened to all of them since `since`, the newest first, at most `most`.
    std::vector<MailboxEventOf> all_events(Time since, int most);

    /// Keeps what the forecasts of a mailbox that ended on `day` were worth, in place of earlier ones of that day.
    void add_forecast_errors(const std::string& slug, std::chrono::sys_days day, std::span<const ForecastError> errors);
    /// The errors of all mailboxes from `since` on, the newest first, at most `most`.
    std::vector<ForecastError> forecast_errors(std::chrono::sys_days since, int most);

    /// What save_alert_state was given last; nothing at first sight.
    /// `locked`: no other daemon changes it until the transaction ends.
    std::optional<AlertState> alert_state(const std::string& slug, bool locked = false);
    /// Keeps the state of a mailbox in place of the last one.
    void save_alert_state(const std::string& slug, const AlertState& state);

    /// Adds a row; does nothing where its message_id is known already. Returns whether it was added.
    bool enqueue(const OutboxRow& row);
    /// Rows that may be tried at `now`, oldest first, at most `most`; only about mailboxes that `wanted` accepts.
    std::vector<OutboxRow> due_mail(Time now, int most, const std::function<bool(const std::string&)>& wanted = {});
    /// When due_mail will have something; nothing while no mail waits.
    std::optional<Time> next_mail_due();
    /// Makes all unsent rows due now (at start: no back-off after a crash).
    void retry_all_mail(Time now);
    /// Accepted by the server: text and addresses go, the fact stays. Nothing where the row no longer waits.
    void mark_sent(std::int64_t id, Time at);
    /// Refused for now: tried again at `not_before`.
    void mark_deferred(std::int64_t id, Time not_before, const std::string& error);
    /// Refused for good; text and addresses go, the fact and the error stay.
    void mark_failed(std::int64_t id, Time at, const std::string& error);
    /// Takes the waiting mails of the mailbox's last decision back, to whomever they go; text and addresses go, the
    /// fact stays. What the webmaster is told of other things stays in the queue.
    void withdraw_mail(const std::string& slug, Time at);
    /// The mails of a mailbox queued since `since`, oldest first; of all mailboxes where `slug` is empty.
    std::vector<MailFact> mail_facts(const std::string& slug, Time since);
    /// Mails to owners and copies that were accepted since `since` and did not come back, newest first, at most `most`.
    std::vector<SentMail> sent_mail(Time since, int most);
    /// An accepted mail came back; the error stays. Nothing where it was not accepted.
    void mark_bounced(std::int64_t id, const std::string& error);
    /// When the waiting mails to owners are tried next, by slug.
    std::map<std::string, Time> waiting_mail();
    /// How many mails wait, due or not.
    std::int64_t unsent_mail();
    /// Mails to owners accepted since `since` or still waiting, over all mailboxes.
    int owner_mails_since(Time since);

    /// What is remembered of a login's refusals; nothing where it was not refused.
    std::optional<LoginBackoff> login_backoff(const std::string& login_key) {
        return login_backoffs(login_key, login_key).first;
    }
    /// The same of two logins at once.
    std::pair<std::optional<LoginBackoff>, std::optional<LoginBackoff>> login_backoffs(const std::string& first,
                                                                                       const std::string& second);
    /// Keeps it in place of what was remembered of the same login_key.
    void save_login_backoff(const LoginBackoff& backoff);
    /// Forgets it: the login worked, or the credential is another.
    void clear_login_backoff(const std::string& login_key) { clear_login_backoffs(login_key, login_key); }
    /// Forgets two at once.
    void clear_login_backoffs(const std::string& first, const std::string& second);

    /// ProbeReport::memory of the last probe; empty where there is none.
    std::string probe_memory(const std::string& slug);
    /// Keeps it, any bytes, in place of the last one.
    void save_probe_memory(const std::string& slug, const std::string& memory);

    /// The last probe outcomes as they are shown by `explain` and after a restart: opaque text per mailbox and name.
    /// `locked`: no other daemon changes it until the transaction ends.
    std::optional<std::string> note(const std::string& slug, const std::string& name, bool locked = false);
    /// Keeps a note, any bytes, in place of the last one of that name.
    void save_note(const std::string& slug, const std::string& name, const std::string& text);

    /// The last survey; the names of its folders are empty, since they are not stored. Nothing where there was none.
    std::optional<Survey> survey(const std::string& slug);
    /// Keeps a survey in place of the last one; of its folders the keys, never the names.
    void save_survey(const std::string& slug, const Survey& survey);
    /// Forgets it: the owner no longer agrees to depth `sizes`.
    void forget_survey(const std::string& slug);

    /// Silences a mailbox from now on; replaces an earlier silence of it.
    void add_silence(const std::string& slug, Time until, const std::string& reason, Time now);
    /// The silences that still last, the first to end first.
    std::vector<Silence> silences(Time now);
    /// Whether this one is among them.
    bool is_silenced(const std::string& slug, Time now);
    /// Ends the silence of a mailbox. Returns whether there was one.
    bool clear_silence(const std::string& slug);

    /// All that is stored about a mailbox, as JSON for the person whose data it is (GDPR Art. 15): an object of tables,
    /// each a list of rows. "{}" where nothing is.
    std::string everything_about(const std::string& slug);
    /// Deletes everything about a mailbox, waiting mail too, and overwrites it in the file (on PostgreSQL its vacuum
    /// does, and its archives and backups are the administrator's). What is kept by login
    /// (login_backoff) stays. Not inside transaction().
    void forget(const std::string& slug);
    /// Thins out what is old: of samples older than 8 days the last of each hour stays, than 40 days of each 6 hours,
    /// than 400 days one a month for ever; facts of mails, silences, refused logins, forecast errors and events older
    /// than 400 days go. Reads only what has become old since the last call.
    void prune(Time now);
    /// Writes a consistent copy of the whole database to a new file of mode 0600. StoreError where `file` exists, and
    /// on PostgreSQL, which has its own tools for that. Not inside transaction().
    void backup(const std::filesystem::path& file);

    /// Whether several daemons may work with it at once: PostgreSQL.
    [[nodiscard]] bool is_shared() const;

    /// Writes a trifle, over a new connection where the old one was lost: a StoreError where the disk is still full or
    /// read-only, or the database cannot be reached.
    void require_writable();

    /// A random key of 32 bytes, in hex, made at the first opening; for slugs, folder keys and Message-IDs.
    const std::string& hash_key() const;

private:
    explicit Database(std::unique_ptr<Connection> connection);
    std::unique_ptr<Connection> connection_;
    std::string hash_key_;
    bool joining_ = false; ///< exclusively() has a transaction open
};

/// Keyed SHA-256 (HMAC) in lower-case hex, cut to `hex_digits` (at most 64).
std::string keyed_hash(const std::string& key, const std::string& text, int hex_digits);

} // namespace mailquotad::store
