// [[mailbox_list]]: mailboxes from a CSV file.
#include "settings/csv.h"
#include "settings/files.h"
#include "settings/mailbox_rows.h"
#include "settings/readers.h"
#include "settings/shape.h"
#include "settings/suggestion.h"

#include <algorithm>

namespace mailquotad::settings {

namespace {

/// More would tell nobody anything new.
constexpr std::size_t kMostProblems = 100;

/// Keys of [[mailbox_list]] that hold for every line which does not say otherwise.
constexpr const char* kDefaults[] = {"server", "username", "authorize_as", "password"};

class ListReader {
public:
    ListReader(const Table& list, const MailboxContext& context, Taken& taken, const std::string& file)
        : list_(list), context_(context), taken_(taken), file_(file), problems_(file) {}

    std::vector<Mailbox> read(const std::string& text) {
        const auto table = parse_csv(text);
        if (const auto* wrong = std::get_if<SyntaxError>(&table))
            problems_.error(wrong->position, "", wrong->message);
        else
            read_rows(std::get<std::vector<CsvRow>>(table));
        auto found = problems_.take();
        for (Problem& problem : found)
            problem.key = column_of_key(problem.key);
        list_.problems().append(std::move(found));
        return std::move(mailboxes_);
    }

private:
    void read_rows(const std::vector<CsvRow>& rows) {
        if (rows.size() < 2) {
            problems_.error({}, "",
                            "holds no mailbox: it needs a line with the names of the columns and one for each "
                            "mailbox");
            return;
        }
        if (!read_head(rows.front()))
            return;
        for (std::size_t i = 1; i < rows.size(); ++i) {
            if (problems_.count() > kMostProblems) {
                problems_.error(rows[i].front().position, "", "there may be more problems from here on");
                return;
            }
            read_row(rows[i]);
        }
    }

    bool read_head(const CsvRow& head) {
        const auto& known = row_columns();
        for (const CsvField& field : head) {
            const auto name = lower_case(field.text);
            const auto column = std::ranges::find(known, name);
            if (column == known.end())
                problems_.error(field.position, field.text, "is no column; " + suggestion(name, known));
            else if (std::ranges::find(columns_, name) != columns_.end())
                problems_.error(field.position, field.text, "is there twice");
            columns_.push_back(name);
        }
        if (std::ranges::find(columns_, "address") == columns_.end())
            problems_.error(head.front().position, "address",
                            "is missing among the names of the columns in the first line");
        return !problems_.has_error();
    }

    void read_row(const CsvRow& fields) {
        const Position place = fields.front().position;
        if (fields.size() != columns_.size()) {
            problems_.error(place, "",
                            "has " + std::to_string(fields.size()) + " fields, but the first line names " +
                                std::to_string(columns_.size()) + " columns");
            return;
        }
        MailboxRow row{.cells = {}, .position = place};
        for (std::size_t i = 0; i < fields.size(); ++i)
            row.cells.push_back({.column = columns_[i], .text = fields[i].text, .position = fields[i].position});
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
    std::vector<std::string> columns_;
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
