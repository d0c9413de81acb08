#include "settings/mailbox_rows.h"

#include <algorithm>
#include <array>

namespace mailquotad::settings {

namespace {

struct Column {
    std::string_view name;
    std::string_view table; ///< the table inside of [[mailbox]]; empty: the mailbox itself
    std::string_view key;
    bool is_list = false;
};

constexpr std::array<Column, 13> kColumns{{{"address", "", "address"},
                                           {"server", "", "server"},
                                           {"username", "", "username"},
                                           {"slug", "", "slug"},
                                           {"credential", "password", "credential"},
                                           {"owner_name", "owner", "name"},
                                           {"owner_mail", "owner", "mail", true},
                                           {"language", "owner", "language"},
                                           {"client", "owner", "client"},
                                           {"limit", "", "limit"},
                                           {"depth", "", "depth"},
                                           {"protocol", "", "protocol"},
                                           {"authorize_as", "", "authorize_as"}}};

Node text_node(std::string text, Position position) {
    Node node;
    node.kind = Node::Kind::text;
    node.position = position;
    node.text = std::move(text);
    return node;
}

/// The words of a cell with several addresses, separated by spaces, semicolons or commas.
Node list_node(const RowCell& cell) {
    constexpr std::string_view kBetween = " \t\r\n;,";
    Node list;
    list.kind = Node::Kind::array;
    list.position = cell.position;
    const std::string_view text = cell.text;
    for (std::size_t at = text.find_first_not_of(kBetween); at != std::string_view::npos;) {
        const std::size_t end = std::min(text.find_first_of(kBetween, at), text.size());
        list.items.push_back(text_node(std::string(text.substr(at, end - at)), cell.position));
        at = text.find_first_not_of(kBetween, end);
    }
    return list;
}

Node& table_in(Node& mailbox, std::string_view name, Position position) {
    const auto found = std::ranges::find(mailbox.members, name, &Member::key);
    if (found != mailbox.members.end())
        return found->value;
    Node table;
    table.position = position;
    return mailbox.members.emplace_back(Member{std::string(name), position, std::move(table)}).value;
}

std::string_view trimmed(std::string_view text) {
    const std::size_t begin = text.find_first_not_of(" \t");
    if (begin == std::string_view::npos)
        return {};
    return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

} // namespace

const std::vector<std::string>& row_columns() {
    static const std::vector<std::string> names = [] {
        std::vector<std::string> all;
        for (const Column& column : kColumns)
            all.emplace_back(column.name);
        return all;
    }();
    return names;
}

Node mailbox_table(const MailboxRow& row) {
    Node mailbox;
    mailbox.position = row.position;
    for (const RowCell& cell : row.cells) {
        const auto* const column = std::ranges::find(kColumns, cell.column, &Column::name);
        const std::string text(trimmed(cell.text));
        if (column == kColumns.end() || text.empty())
            continue;
        Node& table = column->table.empty() ? mailbox : table_in(mailbox, column->table, cell.position);
        table.members.push_back({std::string(column->key), cell.position,
                                 column->is_list ? list_node(cell) : text_node(text, cell.position)});
    }
    return mailbox;
}

std::string column_of_key(const std::string& key) {
    for (const Column& column : kColumns) {
        if (!column.table.empty() && key == std::string(column.table) + "." + std::string(column.key))
            return std::string(column.name);
    }
    return key;
}

} // namespace mailquotad::settings
