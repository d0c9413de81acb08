// The one table of all keys: checks of names and types, the man page and the complete example follow it.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace mailquotad::settings {

/// What kind of value a key takes.
enum class KeyType {
    text,
    texts,     ///< a list of texts, or a single one
    text_list, ///< always a list of texts
    integer,
    boolean,
    duration, ///< text: "15min"
    size,     ///< text: "500MiB"
    percent,  ///< text: "80%"
    secret,   ///< a table with exactly one of credential, file, env, command
    text_or_table,
    table,
    tables,       ///< [[name]], any number
    named_tables, ///< [name.KEY], any number
};

struct SettingsKey {
    std::string_view path; ///< "poll.interval", "mailbox.owner.language", "server.NAME.imap"
    KeyType type = KeyType::text;
    std::string_view default_value; ///< as TOML would write it; empty: none
    std::string_view allowed;       ///< in words, to follow "must be "
    std::string_view description;   ///< one line
    bool required = false;          ///< where its table exists
    std::string_view children = {}; ///< of a table: where its keys are listed; empty: below `path` itself

    /// The last part of the path.
    [[nodiscard]] std::string_view name() const { return path.substr(path.rfind('.') + 1); }
    /// Everything before it; empty for keys of the top level.
    [[nodiscard]] std::string_view parent() const;
};

/// All keys, in the order of the documentation. `policy.STAGE` stands for the keys of each stage, `password` for those
/// of every secret, `preset` for those of a file in config/providers.
std::span<const SettingsKey> settings_keys();

/// The keys that a table may have, by SettingsKey::parent(); empty text for the top level.
std::vector<const SettingsKey*> keys_below(std::string_view parent);

/// What to say of a key that is not in the table: the nearest known one, the place where it belongs, or what is
/// allowed.
std::string about_unknown_key(std::string_view key, std::string_view parent);

} // namespace mailquotad::settings
