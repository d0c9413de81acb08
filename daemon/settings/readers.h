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

/// All [[mailbox]]. `settings` holds everything else already.
std::vector<Mailbox> read_mailboxes(const Table& root, const DataDirectories& data, const Settings& settings);

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
