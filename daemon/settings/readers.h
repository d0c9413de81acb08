// The parts of a settings file, each read from its table; load.cpp puts them together.
#pragma once

#include "settings/settings.h"
#include "settings/table.h"

#include <map>
#include <optional>
#include <string>

namespace mailquotad::settings {

/// language, timezone, state_directory and database of the top level.
void read_general(const Table& root, const DataDirectories& data, Settings& settings);

/// [poll].
Poll read_poll(const Table& table);

/// [alerts]; its defaults where a key is absent.
Alerts read_alerts(const Table& table);

/// [http].
Http read_http(const Table& table);
Log read_log(const Table& table);

/// [wording].
Wording read_wording(const Table& table);

/// [smtp]; nothing where it is absent.
std::optional<Smtp> read_smtp(const Table& table);

/// [bounces]; nothing where it is absent.
std::optional<Bounces> read_bounces(const Table& table);

/// All [[webhook]].
std::vector<Webhook> read_webhooks(const Table& root);

/// [policy] or [mailbox.policy]: `base` with the keys of the table over it. Notes thresholds that contradict each
/// other.
Policy read_policy(const Table& table, const Policy& base);

/// All [server.NAME], with the presets that they name.
std::map<std::string, Server> read_servers(const Table& root, const DataDirectories& data);

/// What all mailboxes are read with.
struct MailboxContext {
    const Table& root;
    const DataDirectories& data;
    const Settings& settings; ///< everything but the mailboxes
};

/// One [[mailbox]], or a row of a list as such a table (settings/mailbox_rows.h).
Mailbox read_mailbox(const Table& table, const MailboxContext& context);

/// Where lists come from, and what was read of them.
struct ListSources {
    const DatabaseReader& database;
    std::vector<ListFile> files{};
    std::vector<ListQuery> queries{};
};

/// All [[mailbox]], then those of all [[mailbox_list]] that are not among them. `settings` holds everything else
/// already; `sources` gets the files and queries that were read.
std::vector<Mailbox> read_mailboxes(const Table& root, const DataDirectories& data, const Settings& settings,
                                    ListSources& sources);

/// Notes a value that an earlier mailbox has already (case of ASCII letters ignored); `place` tells the later ones
/// where it was.
void check_unique(const Table& table, std::string_view key, const std::string& value, const std::string& place,
                  std::map<std::string, std::string>& seen);

/// What earlier mailboxes have, in lower case, and where.
struct Taken {
    std::map<std::string, std::string> own;       ///< addresses of [[mailbox]]
    std::map<std::string, std::string> addresses; ///< of lists
    std::map<std::string, std::string> slugs;     ///< of both
};

/// The mailboxes of one [[mailbox_list]]; those that a [[mailbox]] describes are left out.
std::vector<Mailbox> read_mailbox_list(const Table& list, const MailboxContext& context, Taken& taken,
                                       ListSources& sources);

/// A text with {address}, {local_part} and {domain}, and {separator} where that is allowed; notes another {name}.
std::optional<std::string> read_template(const Table& table, std::string_view key, bool separator = false);

/// For the comparison of addresses: only ASCII letters change.
std::string lower_case(std::string text);

/// A `password = { … }`; nothing where it is absent or wrong. Never repeats what stands in it.
std::optional<SecretReference> read_secret_reference(const Table& parent, std::string_view key);

/// A server URL of this protocol. Notes every problem with it, and plain text that is not allowed.
std::optional<Endpoint> read_endpoint(const Table& table, std::string_view key, Protocol protocol, bool plaintext);

/// The same for a text that stems from elsewhere, such as a preset; problems are noted at `key`.
std::optional<Endpoint> endpoint_from(const Table& table, std::string_view key, const std::string& url,
                                      Protocol protocol, bool plaintext);

/// ca_file and pin.
Trust read_trust(const Table& table);

/// Addresses of a list; those that are none are noted and left out.
std::vector<std::string> read_addresses(const Table& table, std::string_view key);

/// Notes a language that has no folder in data.messages; gives it back where it is right.
std::optional<std::string> read_language(const Table& table, std::string_view key, const DataDirectories& data);

/// A short slug for an address that only holders of `key` can compute: "mb-" and `digits` hexadecimal ones.
std::string derived_slug(const std::string& address, const std::string& key, std::size_t digits);

} // namespace mailquotad::settings
