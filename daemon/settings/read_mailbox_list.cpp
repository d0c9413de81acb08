// [[mailbox_list]]: mailboxes from a CSV file.
#include "settings/files.h"
#include "settings/mailbox_rows.h"
#include "settings/readers.h"
#include "settings/shape.h"

namespace mailquotad::settings {

namespace {

/// Keys of [[mailbox_list]] that hold for every line which does not say otherwise.
constexpr const char* kDefaults[] = {"server", "username", "authorize_as", "password"};

class ListReader {
public:
    ListReader(const Table& list, const MailboxContext& context, Taken& taken, const std::string& file)
        : list_(list), context_(context), taken_(taken), file_(file), problems_(file) {}

    std::vector<Mailbox> read(const std::string& text) {
        for_each_row(text, {}, problems_, [this](const MailboxRow& row) { read_row(row); });
        auto found = problems_.take();
        for (Problem& problem : found)
            problem.key = column_of_key(problem.key);
        list_.problems().append(std::move(found));
        return std::move(mailboxes_);
    }

private:
    void read_row(const MailboxRow& row) {
        const Position place = row.position;
        Node node = mailbox_table(row);
        for (const char* key : kDefaults) {
            if (const Node* value = list_.find(key); value != nullptr && node.find(key) == nullptr)
                node.members.push_back({key, place, *value});
        }
        check_shape(node, "mailbox", "", problems_);
        const Table table(&node, "mailbox", "", problems_);
        if (taken_.own.contains(lower_case(table.text("address").value_or(""))))
            return; // what a [[mailbox]] says of the same address wins
        mailboxes_.push_back(read_mailbox(table, context_));
        const std::string where = "line " + std::to_string(place.line) + " of " + file_;
        check_unique(table, "address", mailboxes_.back().address, where, taken_.addresses);
        check_unique(table, "slug", mailboxes_.back().slug, where, taken_.slugs);
    }

    const Table& list_;
    const MailboxContext& context_;
    Taken& taken_;
    const std::string& file_;
    Problems problems_;
    std::vector<Mailbox> mailboxes_;
};

/// Whether the table is right as far as lines depend on it: what is wrong here would be told for each of them.
bool is_usable(const Table& list, const MailboxContext& context) {
    const auto server = list.text("server");
    bool usable = true;
    if (server && !context.settings.servers.contains(*server)) {
        std::vector<std::string> known;
        for (const auto& [key, one] : context.settings.servers)
            known.push_back(key);
        list.unknown_word("server", *server, known);
        usable = false;
    }
    for (const char* key : {"username", "authorize_as"})
        usable = (!list.has(key) || read_template(list, key)) && usable;
    return (!list.has("password") || read_secret_reference(list, "password")) && usable;
}

} // namespace

std::vector<Mailbox> read_mailbox_list(const Table& list, const MailboxContext& context, Taken& taken,
                                       std::vector<ListFile>& lists) {
    const auto file = list.line("file");
    if (file && !file->starts_with('/'))
        list.refuse("file", *file);
    if (!is_usable(list, context) || !file || !file->starts_with('/'))
        return {};
    lists.push_back({.file = *file, .stamp = stamp_of(*file)});
    const auto text = read_text_file(*file);
    if (!text)
        list.error("file", "is " + in_quotes(*file) + ", which is no file that can be read");
    else if (text->size() > kMaxFileBytes)
        list.error("file", "is " + in_quotes(*file) + ", which is larger than 4 MiB");
    if (!text || text->size() > kMaxFileBytes)
        return {};
    return ListReader(list, context, taken, *file).read(*text);
}

} // namespace mailquotad::settings
