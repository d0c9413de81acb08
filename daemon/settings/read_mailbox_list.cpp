// [[mailbox_list]]: mailboxes from a CSV file or a query.
#include "settings/files.h"
#include "settings/mailbox_rows.h"
#include "settings/readers.h"
#include "settings/shape.h"

namespace mailquotad::settings {

namespace {

/// Keys of [[mailbox_list]] that hold for every row which does not say otherwise.
constexpr const char* kDefaults[] = {"server", "username", "authorize_as", "password"};

/// Where the rows of a list stand, for what is said about them.
struct Origin {
    std::string file; ///< what problems name as the file
    std::string row;  ///< "line" or "row"
    std::string name; ///< of what has those
};

class ListReader {
public:
    ListReader(const Table& list, const MailboxContext& context, Taken& taken, Origin origin)
        : list_(list), context_(context), taken_(taken), origin_(std::move(origin)), problems_(origin_.file) {}

    /// `rows` is a text of CSV or what a query gave as such.
    template <class Rows>
    std::vector<Mailbox> read(const Rows& rows) {
        for_each_row(rows, {}, problems_, [this](const MailboxRow& row) { read_row(row); });
        return std::move(mailboxes_);
    }

    /// What was wrong, by column.
    std::vector<Problem> take_problems() {
        auto found = problems_.take();
        for (Problem& problem : found)
            problem.key = column_of_key(problem.key);
        return found;
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
        const std::string where = origin_.row + " " + std::to_string(place.line) + " of " + origin_.name;
        check_unique(table, "address", mailboxes_.back().address, where, taken_.addresses);
        check_unique(table, "slug", mailboxes_.back().slug, where, taken_.slugs);
    }

    const Table& list_;
    const MailboxContext& context_;
    Taken& taken_;
    Origin origin_;
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

std::vector<Mailbox> read_file(const Table& list, const std::string& file, const MailboxContext& context,
                               Taken& taken) {
    const auto text = read_text_file(file);
    if (!text)
        list.error("file", "is " + in_quotes(file) + ", which is no file that can be read");
    else if (text->size() > kMaxFileBytes)
        list.error("file", "is " + in_quotes(file) + ", which is larger than 4 MiB");
    if (!text || text->size() > kMaxFileBytes)
        return {};
    ListReader reader(list, context, taken, {.file = file, .row = "line", .name = file});
    auto mailboxes = reader.read(*text);
    list.problems().append(reader.take_problems());
    return mailboxes;
}

/// A row's line is its number, from 1.
std::vector<CsvRow> rows_of(const QueryResult& result) {
    std::vector<CsvRow> rows;
    rows.reserve(result.rows.size() + 1);
    const auto add = [&rows](const std::vector<std::string>& texts) {
        const int number = static_cast<int>(rows.size());
        CsvRow& row = rows.emplace_back();
        for (const std::string& text : texts)
            row.push_back({.text = text, .position = {.line = number, .column = static_cast<int>(row.size()) + 1}});
    };
    add(result.columns);
    for (const auto& row : result.rows)
        add(row);
    return rows;
}

std::vector<Mailbox> read_rows(const Table& list, const QueryResult& result, const MailboxContext& context,
                               Taken& taken) {
    if (result.rows.empty() || result.columns.empty()) {
        list.error("query", "gives no row, but a list has at least one mailbox");
        return {};
    }
    ListReader reader(list, context, taken, {.file = {}, .row = "row", .name = list.path() + ".query"});
    auto mailboxes = reader.read(rows_of(result));
    for (const Problem& problem : reader.take_problems()) {
        const std::string row = problem.line > 0 ? "row " + std::to_string(problem.line) : "";
        const std::string between = row.empty() || problem.key.empty() ? "" : ", ";
        const std::string text = row + between + problem.key + ": " + problem.message;
        problem.severity == Problem::Severity::error ? list.error("query", text) : list.warning("query", text);
    }
    return mailboxes;
}

/// Whether there is a PostgreSQL to ask. Not where what is wrong with its settings was told already.
bool has_database(const Table& list, const MailboxContext& context) {
    const Table database = context.root.table("database");
    const Database& read = context.settings.database;
    if (!database.exists())
        list.error("query", "needs a PostgreSQL: database = { url = \"postgresql://USER@HOST/NAME\", … }");
    return !read.postgresql_url.empty() && (!database.has("password") || read.password);
}

std::vector<Mailbox> read_query(const Table& list, const std::string& query, const MailboxContext& context,
                                ListSources& sources, Taken& taken) {
    if (query.find_first_not_of(" \t\r\n;") == std::string::npos || query.find('\0') != std::string::npos) {
        list.refuse("query", query);
        return {};
    }
    if (!has_database(list, context) || !is_usable(list, context))
        return {};
    ListQuery& noted = sources.queries.emplace_back(ListQuery{.query = query, .was_run = false, .state = {}});
    if (!sources.database.rows_of)
        return {};
    const QueryRows rows = sources.database.rows_of(context.settings.database, query);
    noted.state = state_of(rows);
    if (const auto* wrong = std::get_if<QueryError>(&rows)) {
        list.error("query", wrong->message);
        return {};
    }
    noted.was_run = true;
    return read_rows(list, std::get<QueryResult>(rows), context, taken);
}

} // namespace

std::vector<Mailbox> read_mailbox_list(const Table& list, const MailboxContext& context, Taken& taken,
                                       ListSources& sources) {
    const bool is_query = list.has("query");
    if (is_query && list.has("file"))
        list.error("query", "and file exclude each other; write a [[mailbox_list]] for each");
    else if (!is_query && !list.has("file"))
        list.error("file",
                   "is missing; it must be " + std::string(list.allowed("file")) + ", or there must be a query");
    else if (const auto query = list.text("query"))
        return read_query(list, *query, context, sources, taken);
    const auto file = is_query ? std::nullopt : list.line("file");
    if (file && !file->starts_with('/'))
        list.refuse("file", *file);
    if (!is_usable(list, context) || !file || !file->starts_with('/'))
        return {};
    sources.files.push_back({.file = *file, .stamp = stamp_of(*file)});
    return read_file(list, *file, context, taken);
}

} // namespace mailquotad::settings
