#include "settings/mailbox_rows.h"

#include "settings/readers.h"
#include "settings/suggestion.h"

#include <algorithm>
#include <array>
#include <optional>

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

/// More would tell nobody anything new.
constexpr std::size_t kMostProblems = 100;

/// The columns that the first line names, in lower case; nothing where one of them is wrong.
std::optional<std::vector<std::string>> read_head(const CsvRow& head, const std::vector<std::string>& more,
                                                  Problems& problems) {
    auto known = row_columns();
    known.insert(known.end(), more.begin(), more.end());
    std::vector<std::string> columns;
    for (const CsvField& field : head) {
        const auto name = lower_case(field.text);
        if (std::ranges::find(known, name) == known.end())
            problems.error(field.position, field.text, "is no column; " + suggestion(name, known));
        else if (std::ranges::find(columns, name) != columns.end())
            problems.error(field.position, field.text, "is there twice");
        columns.push_back(name);
    }
    if (std::ranges::find(columns, "address") == columns.end())
        problems.error(head.front().position, "address", "is missing among the names of the columns");
    return problems.has_error() ? std::nullopt : std::optional(std::move(columns));
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

void for_each_row(std::string_view text, const std::vector<std::string>& more, Problems& problems,
                  const std::function<void(const MailboxRow&)>& take) {
    const auto table = parse_csv(text);
    if (const auto* wrong = std::get_if<SyntaxError>(&table))
        return problems.error(wrong->position, "", wrong->message);
    const auto& rows = std::get<std::vector<CsvRow>>(table);
    if (rows.size() < 2)
        return problems.error({}, "",
                              "holds no mailbox: it needs a line with the names of the columns and one for each "
                              "mailbox");
    for_each_row(rows, more, problems, take);
}

void for_each_row(const std::vector<CsvRow>& rows, const std::vector<std::string>& more, Problems& problems,
                  const std::function<void(const MailboxRow&)>& take) {
    const auto columns = read_head(rows.front(), more, problems);
    for (std::size_t i = 1; columns && i < rows.size(); ++i) {
        const CsvRow& fields = rows[i];
        MailboxRow row{.cells = {}, .position = fields.front().position};
        if (problems.count() > kMostProblems)
            return problems.error(row.position, "", "there may be more problems from here on");
        if (fields.size() != columns->size()) {
            problems.error(row.position, "",
                           "has " + std::to_string(fields.size()) + " fields, but the first line names " +
                               std::to_string(columns->size()) + " columns");
            continue;
        }
        for (std::size_t j = 0; j < fields.size(); ++j)
            row.cells.push_back({.column = (*columns)[j], .text = fields[j].text, .position = fields[j].position});
        take(row);
    }
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
