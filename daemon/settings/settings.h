// The settings file as typed values; the names are those of CONTRACT.md.
#pragma once

#include "core/admin_event_kind.h"
#include "core/alert.h"
#include "core/burst.h"
#include "core/endpoint.h"
#include "core/policy.h"
#include "core/probe_request.h"
#include "core/query_result.h"
#include "core/secret.h"
#include "core/time.h"
#include "core/wording.h"

#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace mailquotad::settings {

/// Where a secret lies; read anew before each login. Exactly one form per `password = { … }`.
struct SecretReference {
    enum class Form { credential, file, env, command };
    Form form = Form::credential;
    std::string value;                ///< credential name, file path or variable name
    std::vector<std::string> command; ///< argv; never given to a shell
    bool operator==(const SecretReference&) const = default;
};

/// A login that may ask for the quotas of all mailboxes of its server, without looking into any.
struct Administrator {
    std::string username;
    SecretReference password;
    std::string root; ///< with placeholders; {separator} is the server's own
    bool operator==(const Administrator&) const = default;
};

struct Server {
    std::string key; ///< [server.KEY]
    std::optional<Endpoint> imap;
    std::optional<Endpoint> pop3;
    std::optional<Endpoint> smtp; ///< only told to owners
    std::string webmail;
    Trust trust;
    Mechanism mechanism = Mechanism::automatic;
    bool plaintext = false;
    std::string username;                    ///< with placeholders; what its mailboxes log in with; "" for the address
    std::string authorize_as;                ///< with placeholders
    std::optional<SecretReference> password; ///< of all its mailboxes that have none: a master user's
    std::optional<Administrator> administrator;
    bool operator==(const Server&) const = default;
};

struct Owner {
    std::string name;
    std::vector<std::string> mail;
    std::string language; ///< "" for Settings::language
    std::string client;   ///< "" for webmail
    std::string codeword; ///< a word the owner chose, shown in every mail; may be empty
    bool notice = false;
    bool operator==(const Owner&) const = default;
};

enum class Depth { totals, sizes };

/// Who is told about a mailbox.
enum class Tell {
    owner,     ///< owner.mail, else the mailbox itself
    webmaster, ///< smtp.admin alone: a mailbox that no person reads
    nobody,    ///< measured and shown, never mailed about
};

struct Mailbox {
    std::string address;
    std::string slug; ///< always set after loading; provisional until derive_slugs() if it is derived
    bool slug_is_derived = false;
    std::string server;   ///< key of a Server that exists
    std::string username; ///< the address by default
    std::string authorize_as;
    std::string shared_login; ///< the template that username stems from, also if written out; "" for none
    SecretReference password;
    bool by_administrator = false; ///< measured by the server's administrator; then there is no password
    std::optional<ByteSize> limit;
    Protocol protocol = Protocol::imap;
    Depth depth = Depth::totals;
    Owner owner;
    Tell tell = Tell::owner;
    Policy policy; ///< [policy] with [mailbox.policy] over it
    bool operator==(const Mailbox&) const = default;
};

struct Smtp {
    Endpoint endpoint;
    Trust trust;
    bool plaintext = false;
    std::string username; ///< empty: no AUTH
    std::optional<SecretReference> password;
    std::string from; ///< as written: "Name <address>"
    std::vector<std::string> admin;
    bool operator==(const Smtp&) const = default;
};

/// A header of a webhook's requests: its value stands here, or is a secret.
struct WebhookHeader {
    std::string name;
    std::string value;
    std::optional<SecretReference> secret;
    bool operator==(const WebhookHeader&) const = default;
};

/// Where news for the webmaster go beside mail.
struct Webhook {
    std::string name;
    std::string url; ///< http:// only with plaintext; empty: url_secret
    std::optional<SecretReference> url_secret;
    bool plaintext = false;
    std::string method = "POST"; ///< or "PUT"
    std::string content_type = "application/json";
    std::vector<WebhookHeader> headers;
    std::string body;                   ///< mustache; empty for the generic JSON
    std::vector<AdminEventKind> events; ///< which news; all by default
    std::string ca_file;
    bool operator==(const Webhook&) const = default;
};

/// The mailbox of smtp.from, where delivery failures arrive; read-only.
struct Bounces {
    Endpoint endpoint;
    Trust trust;
    bool plaintext = false;
    std::string username;
    SecretReference password;
    std::string folder = "INBOX";
    Seconds interval{3600};
    bool operator==(const Bounces&) const = default;
};

struct Poll {
    Seconds interval{15 * 60};
    Seconds timeout{60};
    Seconds survey_timeout{30 * 60};
    int workers = 16;
    int per_server = 4;
    bool operator==(const Poll&) const = default;
};

/// A weekday and a time, "Mon 07:00".
struct Weekly {
    std::chrono::weekday day;
    std::chrono::minutes minute_of_day{0};
    bool operator==(const Weekly&) const = default;
};

/// Who tells the webmaster what the rules in dashboards/ alert on too (is_alerted_by_rules).
enum class WebmasterBy { daemon, rules };

struct Alerts {
    Seconds confirm_after{600};
    std::optional<QuietHours> quiet_hours;
    int per_hour = 20;
    DaysOff days_off;
    std::optional<BurstRule> burst;
    std::optional<Weekly> digest;
    WebmasterBy webmaster = WebmasterBy::daemon;
    bool operator==(const Alerts&) const = default;
};

struct Http {
    std::string address; ///< empty: switched off
    std::uint16_t port = 0;
    std::vector<std::string> hosts{}; ///< further names in the Host header that are answered
    bool operator==(const Http&) const = default;
};

struct Log {
    std::string level = "info"; ///< a word of [log] level
    bool operator==(const Log&) const = default;
};

struct Database {
    std::string postgresql_url; ///< empty: SQLite in the state directory
    std::optional<SecretReference> password;
    bool operator==(const Database&) const = default;
};

struct Settings {
    std::string language = "de";
    std::string timezone; ///< "" for the machine's own
    std::filesystem::path state_directory;
    Database database;
    Poll poll;
    Policy policy;
    Alerts alerts;
    Http http;
    Log log;
    Wording wording;
    std::optional<Smtp> smtp;
    std::optional<Bounces> bounces;
    std::vector<Webhook> webhooks;
    std::map<std::string, Server> servers;
    std::vector<Mailbox> mailboxes;

    /// The server of one of these mailboxes; always there after loading.
    [[nodiscard]] const Server& server_of(const Mailbox& mailbox) const { return servers.at(mailbox.server); }
    /// The mailbox with this address (case of ASCII letters ignored) or this slug; nullptr where there is none.
    [[nodiscard]] const Mailbox* find(const std::string& address_or_slug) const;
};

/// One thing that is wrong with a settings file.
struct Problem {
    enum class Severity { error, warning };
    Severity severity = Severity::error;
    std::string file;
    int line = 0; ///< 1-based; 0 where there is none
    int column = 0;
    std::string key;     ///< "mailbox[2].owner.language"
    std::string message; ///< what is wrong, what is allowed, the nearest known key
};

/// One line, safe for a terminal: "FILE:LINE:COLUMN: KEY: MESSAGE"; a warning has "warning: " before the key.
std::string to_string(const Problem& problem);

/// What shows that a file has changed.
struct FileStamp {
    std::int64_t changed_ns = 0; ///< of its content, since 1970; 0 where it cannot be looked at
    std::uint64_t size = 0;
    std::uint64_t inode = 0;
    bool operator==(const FileStamp&) const = default;
};

/// The file of a [[mailbox_list]], and what it looked like just before it was read.
struct ListFile {
    std::filesystem::path file;
    FileStamp stamp;
};

/// Why a query gave nothing: the database's own sentence.
struct QueryError {
    std::string message;
};

using QueryRows = std::variant<QueryResult, QueryError>;

/// Differs where the rows differ, or what keeps them away.
std::string state_of(const QueryRows& rows);

/// The query of a [[mailbox_list]], and what it gave.
struct ListQuery {
    std::string query;
    bool was_run = false;
    std::string state; ///< state_of() what it gave
};

/// What only the database itself can tell while settings are read.
struct DatabaseReader {
    /// What is wrong with a URL of PostgreSQL, "" where it can be used. Empty: nobody looks at it.
    std::function<std::string(const std::string& url)> fault_of_url;
    /// Runs the query of a list; throws nothing for what a database can do. Empty: no query is run, and nobody minds.
    std::function<QueryRows(const Database& database, const std::string& query)> rows_of;
};

struct Loaded {
    std::optional<Settings> settings; ///< absent when there is an error among the problems
    std::vector<Problem> problems;    ///< errors and warnings, in the order of the file
    std::vector<ListFile> lists;      ///< also where there are errors
    std::vector<ListQuery> queries;   ///< also where there are errors
    std::string text;                 ///< of the settings file itself
};

/// Directories with the data files that the settings refer to.
struct DataDirectories {
    std::filesystem::path providers; ///< *.toml, for `preset`
    std::filesystem::path messages;  ///< a folder per language; to check `language`
    std::filesystem::path clients;   ///< to check `owner.client`
};

/// Reads and validates a file: every problem at once, nothing thrown for what a user can write or for a file that
/// cannot be read. Does not read secrets (see settings/secret_reader.h).
Loaded load(const std::filesystem::path& file, const DataDirectories& data, const DatabaseReader& database = {});

/// The same for text in memory; `name` stands for the file in problems.
Loaded load_text(const std::string& text, const std::string& name, const DataDirectories& data,
                 const DatabaseReader& database = {});

/// Gives every mailbox whose slug is derived its lasting one, "mb-" and six hexadecimal digits of a keyed hash of the
/// address (more digits where two would be equal). `key` is the store's own, secret and stable per installation, so
/// that nobody can find an address by hashing guesses. Until then the slug stems from a key that is no secret.
void derive_slugs(Settings& settings, const std::string& key);

/// Where the data files lie: $MAILQUOTAD_DATA, else share/mailquotad of the installation prefix of this binary, else
/// config/ of the source tree that it was built in, else /usr/share/mailquotad.
DataDirectories data_directories();

} // namespace mailquotad::settings
