#include "settings/import.h"

#include "settings/mailbox_rows.h"
#include "settings/readers.h"
#include "settings/shape.h"

#include <algorithm>

namespace mailquotad::settings {

namespace {

constexpr const char* kPassword = "password";

const RowCell* cell_of(const MailboxRow& row, std::string_view column) {
    const auto found = std::ranges::find(row.cells, column, &RowCell::column);
    return found == row.cells.end() || found->text.empty() ? nullptr : &*found;
}

std::string text_of(const Node& table, std::string_view key) {
    const Node* value = table.find(key);
    return value == nullptr ? std::string() : value->text;
}

Node text_node(const std::string& text, Position position) {
    Node node;
    node.kind = Node::Kind::text;
    node.position = position;
    node.text = text;
    return node;
}

/// `password = { credential = … }`, or one of the other forms.
Node secret_node(const SecretReference& secret, Position position) {
    Node table;
    table.position = position;
    if (secret.form == SecretReference::Form::command) {
        Node list;
        list.kind = Node::Kind::array;
        list.position = position;
        for (const std::string& word : secret.command)
            list.items.push_back(text_node(word, position));
        table.members.push_back({"command", position, std::move(list)});
        return table;
    }
    const char* form = secret.form == SecretReference::Form::credential ? "credential"
                       : secret.form == SecretReference::Form::file     ? "file"
                                                                        : "env";
    table.members.push_back({form, position, text_node(secret.value, position)});
    return table;
}

} // namespace

ImportList read_import(const std::string& text, const std::string& name) {
    ImportList list;
    Problems problems(name);
    for_each_row(text, {kPassword}, problems, [&](const MailboxRow& row) {
        ImportRow taken;
        taken.position = row.position;
        taken.table = mailbox_table(row);
        taken.address = text_of(taken.table, "address");
        taken.server = text_of(taken.table, "server");
        if (taken.address.empty())
            return problems.error(row.position, "address", "is missing");
        if (const RowCell* password = cell_of(row, kPassword)) {
            taken.password = Secret(password->text);
            list.holds_passwords = true;
            if (cell_of(row, "credential") != nullptr)
                return problems.error(password->position, kPassword, "and credential exclude each other");
        }
        std::erase_if(taken.table.members, [](const Member& member) { return member.key == "server"; });
        list.rows.push_back(std::move(taken));
    });
    list.problems = problems.take();
    return list;
}

std::optional<Mailbox> mailbox_of_row(const ImportRow& row, const std::string& server, const SecretReference& password,
                                      const Settings& settings, const DataDirectories& data, const std::string& name,
                                      std::vector<Problem>& problems) {
    Problems own(name);
    Node node = row.table;
    node.members.push_back({"server", row.position, text_node(server, row.position)});
    const bool is_given = !password.value.empty() || !password.command.empty();
    if (node.find(kPassword) == nullptr && is_given)
        node.members.push_back({kPassword, row.position, secret_node(password, row.position)});
    check_shape(node, "mailbox", "", own);
    const Node nothing;
    const Table root(&nothing, "", "", own);
    const Table table(&node, "mailbox", "", own);
    Mailbox mailbox = read_mailbox(table, {.root = root, .data = data, .settings = settings});
    const bool usable = !own.has_error();
    for (Problem& problem : own.take()) {
        problem.key = column_of_key(problem.key);
        problems.push_back(std::move(problem));
    }
    return usable ? std::optional(std::move(mailbox)) : std::nullopt;
}

} // namespace mailquotad::settings
