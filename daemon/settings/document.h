// A TOML document as plain values with positions: the one place that knows toml++ is document.cpp.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace mailquotad::settings {

/// A place in a file, both counted from 1; 0 where there is none.
struct Position {
    int line = 0;
    int column = 0;
    auto operator<=>(const Position&) const = default;
};

struct Member;

/// One value of a document. Which fields mean something depends on the kind.
struct Node {
    enum class Kind { table, array, text, integer, real, boolean, date };
    Kind kind = Kind::table;
    Position position;           ///< where the value begins; of a [table], its header
    std::string text;            ///< of text
    std::int64_t integer = 0;    ///< of an integer
    double real = 0;             ///< of a real
    bool boolean = false;        ///< of a boolean
    std::vector<Member> members; ///< of a table, in the order of the file
    std::vector<Node> items;     ///< of an array

    /// The value of a table's key; nullptr where there is none.
    [[nodiscard]] const Node* find(std::string_view key) const;
};

/// A key of a table and its value.
struct Member {
    std::string key;
    Position position; ///< of the key
    Node value;
};

/// Why a text is no TOML. Quotes no more of it than single characters and keys.
struct SyntaxError {
    Position position;
    std::string message;
};

/// Reads a TOML document. Any bytes may come; throws nothing but std::bad_alloc.
std::variant<Node, SyntaxError> parse_document(const std::string& text);

} // namespace mailquotad::settings
