// All [[mailbox]], and what one mailbox is read from, wherever it stands.
#include "settings/files.h"
#include "settings/placeholders.h"
#include "settings/readers.h"
#include "settings/suggestion.h"
#include "settings/values.h"

#include <algorithm>

namespace mailquotad::settings {

namespace {

constexpr std::pair<std::string_view, Protocol> kProtocols[] = {{"imap", Protocol::imap}, {"pop3", Protocol::pop3}};
constexpr std::pair<std::string_view, Depth> kDepths[] = {{"totals", Depth::totals}, {"sizes", Depth::sizes}};

constexpr std::pair<std::string_view, Tell> kTells[] = {
    {"owner", Tell::owner}, {"webmaster", Tell::webmaster}, {"nobody", Tell::nobody}};

using Context = MailboxContext;

/// The steps for a mail program are data files; without one the owner is told the steps of a webmail.
void check_client(const Table& table, const Context& context, const Owner& owner) {
    std::error_code error;
    const auto& folder = context.data.clients;
    if (owner.client.empty() || folder.empty() || !std::filesystem::is_directory(folder, error))
        return;
    const auto& language = owner.language.empty() ? context.settings.language : owner.language;
    const auto known = names_with_ending(folder, "." + language + ".toml");
    if (std::ranges::find(known, owner.client) == known.end())
        table.warning("client", "is " + in_quotes(owner.client) + ", for which there are no steps in language " +
                                    in_quotes(language) + "; " + suggestion(owner.client, known));
}

Owner read_owner(const Table& table, const Context& context, const std::string& mailbox_address) {
    Owner owner;
    if (!table.exists())
        return owner;
    owner.name = table.line("name").value_or("");
    owner.mail = read_addresses(table, "mail");
    owner.language = read_language(table, "language", context.data).value_or("");
    owner.notice = table.boolean("notice").value_or(false);
    owner.codeword = table.line("codeword").value_or("");
    const auto client = table.text("client").value_or("");
    if (client.empty() || is_credential_name(client))
        owner.client = client;
    else
        table.refuse("client", client);
    check_client(table, context, owner);
    const auto own = lower_case(mailbox_address);
    if (std::ranges::any_of(owner.mail, [&](const auto& mail) { return lower_case(mail) == own; }))
        table.warning("mail", "is the watched mailbox itself: when that is full, the warning is refused too");
    return owner;
}

std::string read_server_name(const Table& table, const Context& context) {
    const auto name = table.text("server");
    if (!name || context.settings.servers.contains(*name))
        return name.value_or("");
    std::vector<std::string> known;
    for (const auto& [key, server] : context.settings.servers)
        known.push_back(key);
    if (known.empty())
        table.error("server", "is " + in_quotes(*name) + ", but there is no [server." + *name + "]");
    else
        table.unknown_word("server", *name, known);
    return *name;
}

/// Notes a protocol that the server does not have; what is wrong with the server itself was told there.
void check_protocol(const Table& table, const Context& context, const Mailbox& mailbox) {
    const auto found = context.settings.servers.find(mailbox.server);
    if (found == context.settings.servers.end())
        return;
    const auto& server = found->second;
    const std::string key = mailbox.protocol == Protocol::pop3 ? "pop3" : "imap";
    const bool there = mailbox.protocol == Protocol::pop3 ? server.pop3.has_value() : server.imap.has_value();
    const auto written = context.root.table("server").table(mailbox.server);
    if (there || written.has(key) || (!server.imap && !server.pop3))
        return;
    table.error("protocol", "is \"" + key + "\", but [server." + mailbox.server + "] has no " + key +
                                (key == "imap" ? "; add imap = \"imaps://HOST\" or write protocol = \"pop3\""
                                               : "; add pop3 = \"pop3s://HOST\""));
}

std::optional<ByteSize> read_limit(const Table& table) {
    const auto limit = table.size("limit");
    if (!limit || limit->bytes > 0)
        return limit;
    table.error("limit", "must be more than 0B; leave the key out where there is no limit");
    return std::nullopt;
}

/// The mailbox's own text, else its server's, with the placeholders filled in.
std::string filled_or(const Table& table, std::string_view key, const std::string& otherwise,
                      const std::string& address) {
    const std::string text = table.has(key) ? read_template(table, key).value_or("") : otherwise;
    return filled(text, placeholders_of(address)).value_or("");
}

/// The template that a username stems from, as it was written, or as it would be had it not been written out: Dovecot's
/// "kim@verein.example*master" is "{address}*master". Empty where nobody else can have the same.
std::string template_of(const std::string& written, const Mailbox& mailbox) {
    constexpr std::string_view own[] = {"{address}", "{local_part}", "{local_part}@{domain}"};
    if (has_placeholder(written))
        return std::ranges::find(own, written) == std::end(own) ? written : "";
    for (const auto& [name, text] : placeholders_of(mailbox.address)) {
        const bool is_begin = !text.empty() && written.starts_with(text) && written.size() > text.size();
        // Whoever is called "al" does not share the login "allison".
        if (is_begin && name != "domain" && std::string_view("*%/").find(written[text.size()]) != std::string::npos)
            return '{' + std::string(name) + '}' + written.substr(text.size());
    }
    return "";
}

/// Where the password lies: the mailbox's own place, else the master user's of its server, else none is needed.
void read_password(const Table& table, const Server* server, Mailbox& mailbox) {
    if (table.has("password")) {
        mailbox.password = read_secret_reference(table, "password").value_or(SecretReference{});
    } else if (server != nullptr && server->password) {
        mailbox.password = *server->password;
    } else if (server != nullptr && server->administrator && mailbox.protocol == Protocol::imap) {
        mailbox.by_administrator = true;
        if (mailbox.depth == Depth::sizes)
            table.error("depth",
                        "is \"sizes\", which a quota administrator cannot look at; give the mailbox a password "
                        "of its own or write depth = \"totals\"");
    } else {
        table.error("password", "is missing; it must be " + std::string(table.allowed("password")));
    }
}

void read_identity(const Table& table, const Server* server, Mailbox& mailbox) {
    mailbox.address = table.text("address").value_or("");
    if (!is_mail_address(mailbox.address) && table.text("address"))
        table.refuse("address", mailbox.address);
    mailbox.slug = table.text("slug").value_or("");
    if (table.text("slug") && !is_slug(mailbox.slug))
        table.refuse("slug", mailbox.slug);
    mailbox.slug_is_derived = !table.has("slug");
    const std::string login = server != nullptr && !server->username.empty() ? server->username : "{address}";
    const std::string written = table.has("username") ? read_template(table, "username").value_or("") : login;
    mailbox.username = filled(written, placeholders_of(mailbox.address)).value_or("");
    mailbox.shared_login = template_of(written, mailbox);
    if (mailbox.username.empty() && table.text("username") == "")
        table.error("username", "must not be empty; leave the key out to log in with the address");
    mailbox.authorize_as =
        filled_or(table, "authorize_as", server != nullptr ? server->authorize_as : "", mailbox.address);
}

} // namespace

std::string lower_case(std::string text) {
    std::ranges::transform(text, text.begin(),
                           [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    return text;
}

std::optional<std::string> read_template(const Table& table, std::string_view key, bool separator) {
    const auto text = table.line(key);
    Placeholders known = placeholders_of("");
    if (separator)
        known.emplace_back("separator", "");
    if (!text || filled(*text, known))
        return text;
    table.refuse(key, *text);
    return std::nullopt;
}

Mailbox read_mailbox(const Table& table, const MailboxContext& context) {
    Mailbox mailbox;
    mailbox.server = read_server_name(table, context);
    const auto found = context.settings.servers.find(mailbox.server);
    const Server* server = found == context.settings.servers.end() ? nullptr : &found->second;
    read_identity(table, server, mailbox);
    mailbox.limit = read_limit(table);
    mailbox.protocol = table.choice<Protocol>("protocol", kProtocols).value_or(Protocol::imap);
    check_protocol(table, context, mailbox);
    mailbox.depth = table.choice<Depth>("depth", kDepths).value_or(Depth::totals);
    read_password(table, server, mailbox);
    mailbox.owner = read_owner(table.table("owner"), context, mailbox.address);
    mailbox.tell = table.choice<Tell>("tell", kTells).value_or(Tell::owner);
    if (mailbox.tell == Tell::webmaster && context.settings.smtp && context.settings.smtp->admin.empty())
        table.error("tell", R"(is "webmaster", but smtp.admin names nobody)");
    if (mailbox.tell != Tell::owner && !mailbox.owner.mail.empty())
        table.warning("owner", "has a mail address that is never used, since tell is not \"owner\"");
    mailbox.policy = read_policy(table.table("policy"), context.settings.policy);
    return mailbox;
}

void check_unique(const Table& table, std::string_view key, const std::string& value, const std::string& place,
                  std::map<std::string, std::string>& seen) {
    if (value.empty())
        return;
    const auto [earlier, is_new] = seen.emplace(lower_case(value), place);
    if (!is_new)
        table.error(key, "is " + in_quotes(value) + ", which " + earlier->second + " has already");
}

std::vector<Mailbox> read_mailboxes(const Table& root, const DataDirectories& data, const Settings& settings,
                                    ListSources& sources) {
    const MailboxContext context{.root = root, .data = data, .settings = settings};
    std::vector<Mailbox> mailboxes;
    Taken taken;
    for (const auto& table : root.tables("mailbox")) {
        mailboxes.push_back(read_mailbox(table, context));
        check_unique(table, "address", mailboxes.back().address, table.path(), taken.own);
        check_unique(table, "slug", mailboxes.back().slug, table.path(), taken.slugs);
    }
    for (const auto& table : root.tables("mailbox_list")) {
        for (Mailbox& mailbox : read_mailbox_list(table, context, taken, sources))
            mailboxes.push_back(std::move(mailbox));
    }
    return mailboxes;
}

const Mailbox* Settings::find(const std::string& address_or_slug) const {
    const auto wanted = lower_case(address_or_slug);
    const auto found = std::ranges::find_if(mailboxes, [&](const Mailbox& mailbox) {
        return lower_case(mailbox.address) == wanted || mailbox.slug == address_or_slug;
    });
    return found == mailboxes.end() ? nullptr : &*found;
}

} // namespace mailquotad::settings
