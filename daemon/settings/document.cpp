#include "settings/document.h"

#include "settings/nesting.h"

#include <toml++/toml.h>

#include <algorithm>

namespace mailquotad::settings {

namespace {

Position position_of(const toml::source_region& source) {
    return {.line = static_cast<int>(source.begin.line), .column = static_cast<int>(source.begin.column)};
}

Node convert(const toml::node& node);

void convert_table(const toml::table& table, Node& to) {
    to.kind = Node::Kind::table;
    for (const auto& [key, value] : table)
        to.members.push_back(
            {.key = std::string(key.str()), .position = position_of(key.source()), .value = convert(value)});
    std::ranges::stable_sort(to.members, {}, &Member::position);
}

void convert_array(const toml::array& array, Node& to) {
    to.kind = Node::Kind::array;
    for (const auto& item : array)
        to.items.push_back(convert(item));
}

Node convert(const toml::node& node) {
    Node to;
    to.position = position_of(node.source());
    if (const auto* table = node.as_table()) {
        convert_table(*table, to);
    } else if (const auto* array = node.as_array()) {
        convert_array(*array, to);
    } else if (const auto* text = node.as_string()) {
        to.kind = Node::Kind::text;
        to.text = text->get();
    } else if (const auto* integer = node.as_integer()) {
        to.kind = Node::Kind::integer;
        to.integer = integer->get();
    } else if (const auto* real = node.as_floating_point()) {
        to.kind = Node::Kind::real;
        to.real = real->get();
    } else if (const auto* boolean = node.as_boolean()) {
        to.kind = Node::Kind::boolean;
        to.boolean = boolean->get();
    } else {
        to.kind = Node::Kind::date;
    }
    return to;
}

} // namespace

const Node* Node::find(std::string_view key) const {
    const auto found = std::ranges::find(members, key, &Member::key);
    return found == members.end() ? nullptr : &found->value;
}

std::variant<Node, SyntaxError> parse_document(const std::string& text) {
    if (const auto deep = first_deep_nesting(text))
        return SyntaxError{*deep, "tables and keys are nested too deeply"};
    try {
        Node root = convert(toml::parse(std::string_view(text)));
        root.position = {}; // what is missing in the whole file has no line
        return root;
    } catch (const toml::parse_error& error) {
        return SyntaxError{position_of(error.source()), std::string(error.description())};
    }
}

} // namespace mailquotad::settings
