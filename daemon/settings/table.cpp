#include "settings/table.h"

#include "settings/settings_keys.h"
#include "settings/shape.h"
#include "settings/suggestion.h"
#include "settings/values.h"

#include <algorithm>

namespace mailquotad::settings {

using Kind = Node::Kind;

namespace {

const SettingsKey* known_key(std::string_view parent, std::string_view name) {
    for (const auto* key : keys_below(parent)) {
        if (key->name() == name)
            return key;
    }
    return nullptr;
}

} // namespace

const Node* Table::find(std::string_view key) const {
    return node_ == nullptr ? nullptr : node_->find(key);
}

const Node* Table::find(std::string_view key, Kind kind) const {
    const auto* node = find(key);
    return node != nullptr && node->kind == kind ? node : nullptr;
}

Position Table::position(std::string_view key) const {
    if (const auto* node = find(key))
        return node->position;
    return position();
}

std::string_view Table::allowed(std::string_view key) const {
    const auto* known = known_key(parent_, key);
    return known == nullptr ? std::string_view() : known->allowed;
}

std::string_view Table::children(std::string_view key) const {
    const auto* known = known_key(parent_, key);
    if (known == nullptr)
        return {};
    return known->children.empty() ? known->path : known->children;
}

Table Table::table(std::string_view key) const {
    return {find(key, Kind::table), children(key), join_path(path_, key), *problems_};
}

std::vector<Table> Table::tables(std::string_view key) const {
    std::vector<Table> found;
    const auto* array = find(key, Kind::array);
    for (std::size_t i = 0; array != nullptr && i < array->items.size(); ++i) {
        const auto& item = array->items[i];
        if (item.kind == Kind::table)
            found.emplace_back(&item, children(key), item_path(join_path(path_, key), i + 1), *problems_);
    }
    return found;
}

std::vector<std::pair<std::string, Table>> Table::named_tables(std::string_view key) const {
    std::vector<std::pair<std::string, Table>> found;
    const auto outer = table(key);
    if (!outer.exists())
        return found;
    for (const auto& member : outer.node_->members) {
        if (member.value.kind == Kind::table)
            found.emplace_back(member.key,
                               Table(&member.value, children(key), join_path(outer.path_, member.key), *problems_));
    }
    return found;
}

std::optional<std::string> Table::text(std::string_view key) const {
    const auto* node = find(key, Kind::text);
    return node == nullptr ? std::nullopt : std::optional(node->text);
}

std::optional<std::string> Table::line(std::string_view key) const {
    auto found = text(key);
    if (found && has_control_character(*found)) {
        error(key, "must be one line without control characters");
        return std::nullopt;
    }
    return found;
}

std::optional<std::vector<std::string>> Table::texts(std::string_view key) const {
    const auto* known = known_key(parent_, key);
    const auto single = text(key);
    if (single && known != nullptr && known->type == KeyType::texts)
        return std::vector{*single};
    const auto* array = find(key, Kind::array);
    if (array == nullptr)
        return std::nullopt;
    std::vector<std::string> found;
    for (const auto& item : array->items) {
        if (item.kind != Kind::text)
            return std::nullopt;
        found.push_back(item.text);
    }
    return found;
}

std::optional<bool> Table::boolean(std::string_view key) const {
    const auto* node = find(key, Kind::boolean);
    return node == nullptr ? std::nullopt : std::optional(node->boolean);
}

std::optional<int> Table::integer(std::string_view key, int min, int max) const {
    const auto* node = find(key, Kind::integer);
    if (node == nullptr)
        return std::nullopt;
    if (node->integer < min || node->integer > max) {
        error(key, "is " + std::to_string(node->integer) + " but must be " + std::string(allowed(key)));
        return std::nullopt;
    }
    return static_cast<int>(node->integer);
}

std::optional<Seconds> Table::duration(std::string_view key, Seconds min, Seconds max) const {
    const auto written = text(key);
    if (!written)
        return std::nullopt;
    const auto parsed = parse_duration(*written);
    if (!parsed || *parsed < min || *parsed > max) {
        refuse(key, *written);
        return std::nullopt;
    }
    return parsed;
}

std::optional<ByteSize> Table::size(std::string_view key) const {
    const auto written = text(key);
    const auto parsed = written ? parse_byte_size(*written) : std::nullopt;
    if (written && !parsed)
        refuse(key, *written);
    return parsed;
}

std::optional<double> Table::ratio(std::string_view key) const {
    const auto written = text(key);
    const auto parsed = written ? parse_percent(*written) : std::nullopt;
    if (written && !parsed)
        refuse(key, *written);
    return parsed;
}

void Table::error(std::string_view key, std::string message) const {
    problems_->error(position(key), join_path(path_, key), std::move(message));
}

void Table::warning(std::string_view key, std::string message) const {
    problems_->warning(position(key), join_path(path_, key), std::move(message));
}

void Table::refuse(std::string_view key, std::string_view value, std::string_view more) const {
    error(key, "is " + in_quotes(value) + " but must be " + std::string(allowed(key)) + std::string(more));
}

void Table::unknown_word(std::string_view key, std::string_view word, const std::vector<std::string>& known) const {
    error(key, "is " + in_quotes(word) + ", which is not known; " + suggestion(word, known));
}

} // namespace mailquotad::settings
