// Reads the keys of one table as typed values. What check_shape() has refused already is passed over in silence, so
// that each mistake is told once.
#pragma once

#include "core/byte_size.h"
#include "core/time.h"
#include "settings/document.h"
#include "settings/problems.h"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mailquotad::settings {

/// A table of the document, or one that is absent: then every key is. Refers to document and problems; both must
/// outlive it.
class Table {
public:
    /// `parent` is where settings_keys() lists its keys, `path` what it is called in problems.
    Table(const Node* node, std::string_view parent, std::string path, Problems& problems)
        : node_(node), parent_(parent), path_(std::move(path)), problems_(&problems) {}

    [[nodiscard]] bool exists() const { return node_ != nullptr; }
    /// Whether the key is there, right or wrong.
    [[nodiscard]] bool has(std::string_view key) const { return find(key) != nullptr; }
    /// The raw value; nullptr where there is none.
    [[nodiscard]] const Node* find(std::string_view key) const;
    [[nodiscard]] const std::string& path() const { return path_; }
    [[nodiscard]] Problems& problems() const { return *problems_; }
    /// Where the table begins.
    [[nodiscard]] Position position() const { return node_ == nullptr ? Position{} : node_->position; }

    /// The table below a key; absent where the key is, or is none.
    [[nodiscard]] Table table(std::string_view key) const;
    /// The tables of [[key]].
    [[nodiscard]] std::vector<Table> tables(std::string_view key) const;
    /// The tables of [key.NAME] with their names.
    [[nodiscard]] std::vector<std::pair<std::string, Table>> named_tables(std::string_view key) const;

    /// The value of a key where it is there and right; each of them notes a problem where it is wrong.
    [[nodiscard]] std::optional<std::string> text(std::string_view key) const;
    /// As text(), without control characters.
    [[nodiscard]] std::optional<std::string> line(std::string_view key) const;
    /// A list; of a single text where the key allows that.
    [[nodiscard]] std::optional<std::vector<std::string>> texts(std::string_view key) const;
    [[nodiscard]] std::optional<bool> boolean(std::string_view key) const;
    [[nodiscard]] std::optional<int> integer(std::string_view key, int min, int max) const;
    [[nodiscard]] std::optional<Seconds> duration(std::string_view key, Seconds min, Seconds max) const;
    [[nodiscard]] std::optional<ByteSize> size(std::string_view key) const;
    [[nodiscard]] std::optional<double> ratio(std::string_view key) const;

    /// The value that one of the given words stands for.
    template <class Value>
    [[nodiscard]] std::optional<Value> choice(std::string_view key,
                                              std::span<const std::pair<std::string_view, Value>> words) const {
        const auto word = text(key);
        std::vector<std::string> names;
        for (const auto& [name, value] : words) {
            if (word && *word == name)
                return value;
            names.emplace_back(name);
        }
        if (word)
            unknown_word(key, *word, names);
        return std::nullopt;
    }

    /// What a key of this table may be, in words to follow "must be ".
    [[nodiscard]] std::string_view allowed(std::string_view key) const;

    /// Notes a problem at the value of a key, or at the table where the key is absent.
    void error(std::string_view key, std::string message) const;
    void warning(std::string_view key, std::string message) const;
    /// Notes that a value is not what is allowed: `is "x" but must be …`, and what else there is to say.
    void refuse(std::string_view key, std::string_view value, std::string_view more = {}) const;
    /// Notes that a word is not one of those known, with the nearest one.
    void unknown_word(std::string_view key, std::string_view word, const std::vector<std::string>& known) const;

private:
    [[nodiscard]] const Node* find(std::string_view key, Node::Kind kind) const;
    [[nodiscard]] Position position(std::string_view key) const;
    [[nodiscard]] std::string_view children(std::string_view key) const;

    const Node* node_;
    std::string_view parent_;
    std::string path_;
    Problems* problems_;
};

} // namespace mailquotad::settings
