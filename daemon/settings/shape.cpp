#include "settings/shape.h"

#include "settings/settings_keys.h"

#include <algorithm>
#include <cmath>

namespace mailquotad::settings {

namespace {

using Kind = Node::Kind;

bool is_number(const Node& node) {
    return node.kind == Kind::integer || node.kind == Kind::real;
}

std::string number_text(const Node& node) {
    if (node.kind == Kind::integer)
        return std::to_string(node.integer);
    auto text = std::to_string(node.real);
    text.erase(text.find_last_not_of('0') + 1);
    if (text.ends_with('.'))
        text.pop_back();
    return text;
}

/// The way to write a number that was given without its unit.
std::string with_unit(const SettingsKey& key, const Node& node) {
    const auto number = number_text(node);
    if (key.type == KeyType::percent && node.kind == Kind::real && node.real > 0 && node.real <= 1) {
        Node percent;
        percent.kind = Kind::real;
        percent.real = std::round(node.real * 1e4) / 1e2;
        return "write \"" + number_text(percent) + "%\"";
    }
    if (key.type == KeyType::percent)
        return "write \"" + number + "%\"";
    if (key.type == KeyType::duration)
        return "write \"" + number + "s\" or \"" + number + "min\"";
    return "write \"" + number + "B\" or \"" + number + "MiB\"";
}

std::string hint(const SettingsKey& key, const Node& node) {
    const bool unit = key.type == KeyType::percent || key.type == KeyType::duration || key.type == KeyType::size;
    if (unit && is_number(node) && (node.kind == Kind::integer || std::isfinite(node.real)))
        return with_unit(key, node);
    if (key.type == KeyType::secret && node.kind == Kind::text)
        return "a password itself never stands here: put it into a file in /etc/mailquotad/credentials (mode 0640, "
               "group mailquotad) and give the file's name";
    if ((key.type == KeyType::integer || key.type == KeyType::boolean) && node.kind == Kind::text)
        return "write it without quotes";
    if ((key.type == KeyType::tables) && node.kind == Kind::table)
        return "write [[" + std::string(key.path) + "]] with two brackets";
    if (key.type == KeyType::table && node.kind == Kind::array)
        return "write [" + std::string(key.path) + "] with single brackets, once";
    return {};
}

bool all_of_kind(const Node& node, Kind kind) {
    return std::ranges::all_of(node.items, [kind](const Node& item) { return item.kind == kind; });
}

bool fits(const SettingsKey& key, const Node& node) {
    switch (key.type) {
    case KeyType::text:
    case KeyType::duration:
    case KeyType::size:
    case KeyType::percent:
        return node.kind == Kind::text;
    case KeyType::texts:
        return node.kind == Kind::text || (node.kind == Kind::array && all_of_kind(node, Kind::text));
    case KeyType::text_list:
        return node.kind == Kind::array && all_of_kind(node, Kind::text);
    case KeyType::integer:
        return node.kind == Kind::integer;
    case KeyType::boolean:
        return node.kind == Kind::boolean;
    case KeyType::secret:
    case KeyType::table:
        return node.kind == Kind::table;
    case KeyType::text_or_table:
        return node.kind == Kind::text || node.kind == Kind::table;
    case KeyType::tables:
        return node.kind == Kind::array && all_of_kind(node, Kind::table);
    case KeyType::named_tables:
        return node.kind == Kind::table &&
               std::ranges::all_of(node.members, [](const Member& m) { return m.value.kind == Kind::table; });
    }
    return false;
}

void check_children(const SettingsKey& key, const Node& node, const std::string& path, Problems& problems) {
    const auto parent = key.children.empty() ? key.path : key.children;
    if (key.type == KeyType::tables) {
        for (std::size_t i = 0; i < node.items.size(); ++i)
            check_shape(node.items[i], parent, item_path(path, i + 1), problems);
    } else if (key.type == KeyType::named_tables) {
        for (const auto& member : node.members)
            check_shape(member.value, parent, join_path(path, member.key), problems);
    } else if (node.kind == Kind::table) {
        check_shape(node, parent, path, problems);
    }
}

void check_value(const SettingsKey& key, const Node& node, const std::string& path, Problems& problems) {
    if (fits(key, node)) {
        check_children(key, node, path, problems);
        return;
    }
    const auto more = hint(key, node);
    problems.error(node.position, path, "must be " + std::string(key.allowed) + (more.empty() ? "" : "; " + more));
}

bool is_bare_key(std::string_view key) {
    return !key.empty() && std::ranges::all_of(key, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
    });
}

} // namespace

void check_shape(const Node& table, std::string_view parent, const std::string& path, Problems& problems) {
    const auto known = keys_below(parent);
    for (const auto& member : table.members) {
        const auto key = std::ranges::find(known, member.key, &SettingsKey::name);
        const auto member_path = join_path(path, member.key);
        if (key == known.end())
            problems.error(member.position, member_path, about_unknown_key(member.key, parent));
        else
            check_value(**key, member.value, member_path, problems);
    }
    for (const auto* key : known) {
        if (key->required && table.find(key->name()) == nullptr)
            problems.error(table.position, join_path(path, key->name()),
                           "is missing; it must be " + std::string(key->allowed));
    }
}

std::string join_path(const std::string& path, std::string_view key) {
    const auto name = is_bare_key(key) ? std::string(key) : in_quotes(key);
    return path.empty() ? name : path + "." + name;
}

std::string item_path(const std::string& path, std::size_t number) {
    return path + "[" + std::to_string(number) + "]";
}

} // namespace mailquotad::settings
