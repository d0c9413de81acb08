#include "settings/edit.h"
#include "settings/files.h"
#include "settings/readers.h"
#include "settings/shape.h"

#include <charconv>

namespace mailquotad::settings {

namespace {

// Known to everybody, so a slug from it hides nothing; the app replaces it with the store's key.
constexpr const char* kProvisionalKey = "mailquotad";

/// What libpq says of the URL; one that it cannot read is used for nothing else.
void check_database(const Table& root, const DatabaseReader& reader, Database& database) {
    const std::string fault = reader.fault_of_url && !database.postgresql_url.empty()
                                  ? reader.fault_of_url(database.postgresql_url)
                                  : std::string();
    if (fault.empty())
        return;
    root.table("database").error("url", "cannot be read: " + fault);
    database.postgresql_url.clear();
}

Settings read_settings(const Table& root, const DataDirectories& data, ListSources& sources) {
    Settings settings;
    read_general(root, data, settings);
    check_database(root, sources.database, settings.database);
    settings.poll = read_poll(root.table("poll"));
    settings.policy = read_policy(root.table("policy"), default_policy());
    settings.alerts = read_alerts(root.table("alerts"));
    settings.http = read_http(root.table("http"));
    settings.log = read_log(root.table("log"));
    settings.wording = read_wording(root.table("wording"));
    settings.smtp = read_smtp(root.table("smtp"));
    settings.bounces = read_bounces(root.table("bounces"));
    settings.webhooks = read_webhooks(root);
    settings.servers = read_servers(root, data);
    settings.mailboxes = read_mailboxes(root, data, settings, sources);
    derive_slugs(settings, kProvisionalKey);
    return settings;
}

/// N of "mailbox[N]…", or 0.
std::size_t mailbox_number(std::string_view key) {
    constexpr std::string_view kPrefix = "mailbox[";
    std::size_t number = 0;
    if (key.starts_with(kPrefix))
        std::from_chars(key.data() + kPrefix.size(), key.data() + key.size(), number);
    return number;
}

/// Adds the address to what is said about "mailbox[2]…": people do not count their mailboxes.
void name_mailboxes(const Table& root, std::vector<Problem>& problems) {
    const auto tables = root.tables("mailbox");
    for (auto& problem : problems) {
        const auto number = mailbox_number(problem.key);
        const auto address = number > 0 && number <= tables.size() ? tables[number - 1].text("address") : std::nullopt;
        if (address && !address->empty() && problem.message.find(*address) == std::string::npos)
            problem.message += " (mailbox " + in_quotes(*address) + ")";
    }
}

Loaded refused(const std::string& name, Position position, const std::string& message) {
    Problems problems(name);
    problems.error(position, "", message);
    return {.settings = std::nullopt, .problems = problems.take(), .lists = {}, .queries = {}, .text = {}};
}

enum class NoMailbox { is_wrong, is_good };

struct ReadWith {
    const DataDirectories& data;
    const DatabaseReader& database;
    NoMailbox no_mailbox = NoMailbox::is_wrong;
};

Loaded load_document(const std::string& text, const std::string& name, const ReadWith& with) {
    if (text.size() > kMaxFileBytes)
        return refused(name, {}, "is larger than 4 MiB, so it is no settings file");
    const auto document = parse_document(text);
    if (const auto* wrong = std::get_if<SyntaxError>(&document))
        return refused(name, wrong->position, "no valid TOML: " + wrong->message);
    Problems problems(name);
    const auto& node = std::get<Node>(document);
    const Table root(&node, "", "", problems);
    check_shape(node, "", "", problems);
    if (with.no_mailbox == NoMailbox::is_wrong && !root.has("mailbox") && !root.has("mailbox_list"))
        root.error("mailbox", "is missing; it must be tables: [[mailbox]]");
    ListSources sources{.database = with.database};
    auto settings = read_settings(root, with.data, sources);
    const bool usable = !problems.has_error();
    Loaded loaded{.settings = std::nullopt,
                  .problems = problems.take(),
                  .lists = std::move(sources.files),
                  .queries = std::move(sources.queries),
                  .text = text};
    if (usable)
        loaded.settings = std::move(settings);
    name_mailboxes(root, loaded.problems);
    return loaded;
}

} // namespace

std::string state_of(const QueryRows& rows) {
    const auto* result = std::get_if<QueryResult>(&rows);
    return result != nullptr ? std::to_string(fingerprint(*result)) : std::get<QueryError>(rows).message;
}

Loaded load_text(const std::string& text, const std::string& name, const DataDirectories& data,
                 const DatabaseReader& database) {
    return load_document(text, name, {.data = data, .database = database});
}

Loaded load_text_to_extend(const std::string& text, const std::string& name, const DataDirectories& data,
                           const DatabaseReader& database) {
    return load_document(text, name, {.data = data, .database = database, .no_mailbox = NoMailbox::is_good});
}

Loaded load(const std::filesystem::path& file, const DataDirectories& data, const DatabaseReader& database) {
    const auto text = read_text_file(file);
    if (text)
        return load_text(*text, file.string(), data, database);
    std::error_code error;
    const auto status = std::filesystem::status(file, error);
    if (status.type() == std::filesystem::file_type::not_found)
        return refused(file.string(), {}, "there is no such file; write one, or let `mailquotad setup` ask");
    if (std::filesystem::is_regular_file(status))
        return refused(file.string(), {}, "cannot be read; it needs read permission for the user of mailquotad");
    return refused(file.string(), {}, error ? "cannot be read: " + error.message() : "is no regular file");
}

} // namespace mailquotad::settings
