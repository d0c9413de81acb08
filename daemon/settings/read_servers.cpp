// [server.NAME] with presets, [smtp], and what both need: URLs, trust, references to secrets.
#include "settings/files.h"
#include "settings/readers.h"
#include "settings/shape.h"
#include "settings/suggestion.h"
#include "settings/values.h"

#include <algorithm>
#include <array>

namespace mailquotad::settings {

namespace {

using MechanismName = std::pair<std::string_view, Mechanism>;
constexpr MechanismName kMechanisms[] = {{"auto", Mechanism::automatic},
                                         {"plain", Mechanism::plain},
                                         {"login", Mechanism::login},
                                         {"cram-md5", Mechanism::cram_md5},
                                         {"scram-sha-1", Mechanism::scram_sha_1},
                                         {"scram-sha-256", Mechanism::scram_sha_256},
                                         {"xoauth2", Mechanism::xoauth2},
                                         {"oauthbearer", Mechanism::oauthbearer}};

constexpr std::string_view kDomain = "{domain}";

/// The texts of a preset; empty where the server names none.
struct Preset {
    std::map<std::string, std::string> urls = {}; ///< by key: imap, pop3, smtp
    std::optional<Mechanism> mechanism = {};
    bool wants_domain = false;
    bool failed = false; ///< it is named, but could not be read
};

std::string with_domain(std::string url, const std::string& domain) {
    for (auto at = url.find(kDomain); at != std::string::npos; at = url.find(kDomain, at + domain.size()))
        url.replace(at, kDomain.size(), domain);
    return url;
}

Preset preset_from(const Node& document, const std::filesystem::path& file, Problems& problems) {
    Problems own(file.string());
    check_shape(document, "preset", "", own);
    const Table table(&document, "preset", "", own);
    Preset preset;
    for (const auto* key : {"imap", "pop3", "smtp"}) {
        if (const auto url = table.text(key)) {
            preset.wants_domain = preset.wants_domain || url->find(kDomain) != std::string::npos;
            preset.urls[key] = *url;
        }
    }
    preset.mechanism = table.choice<Mechanism>("mechanism", kMechanisms);
    preset.failed = own.has_error();
    problems.append(own.take());
    return preset;
}

Preset read_preset(const Table& server, const DataDirectories& data) {
    const auto name = server.text("preset");
    if (!name)
        return {.failed = server.has("preset")};
    const auto file = data.providers / (*name + ".toml");
    const auto known = names_with_ending(data.providers, ".toml");
    if (!is_credential_name(*name) || std::ranges::find(known, *name) == known.end()) {
        server.unknown_word("preset", *name, known);
        return {.failed = true};
    }
    const auto text = read_text_file(file);
    const auto document = parse_document(text.value_or(""));
    if (const auto* wrong = std::get_if<SyntaxError>(&document); wrong != nullptr || !text) {
        server.error("preset", "cannot be read: " + file.string() + (wrong != nullptr ? ": " + wrong->message : ""));
        return {.failed = true};
    }
    return preset_from(std::get<Node>(document), file, server.problems());
}

void read_domain(const Table& table, Preset& preset) {
    const auto domain = table.line("domain");
    if (domain && !is_domain(*domain))
        table.refuse("domain", *domain);
    if (preset.wants_domain && !table.has("domain"))
        table.error("domain", "is missing; the preset needs it, such as domain = \"verein.example\"");
    if (table.has("domain") && !preset.wants_domain && !preset.failed)
        table.warning("domain", "has no effect: no preset with {domain} is used");
    if (!domain || !is_domain(*domain)) {
        std::erase_if(preset.urls, [](const auto& url) { return url.second.find(kDomain) != std::string::npos; });
        preset.failed = preset.failed || preset.wants_domain;
        return;
    }
    for (auto& [key, url] : preset.urls)
        url = with_domain(url, *domain);
}

std::optional<Endpoint> endpoint_or_preset(const Table& table, const Preset& preset, Protocol protocol,
                                           bool plaintext) {
    const std::string key = protocol == Protocol::imap ? "imap" : protocol == Protocol::pop3 ? "pop3" : "smtp";
    if (table.has(key))
        return read_endpoint(table, key, protocol, plaintext);
    const auto url = preset.urls.find(key);
    return url == preset.urls.end() ? std::nullopt : endpoint_from(table, key, url->second, protocol, plaintext);
}

std::optional<Administrator> read_administrator(const Table& table) {
    if (!table.exists())
        return std::nullopt;
    Administrator administrator;
    administrator.username = table.line("username").value_or("");
    if (administrator.username.empty() && table.text("username") == "")
        table.error("username", "must not be empty");
    administrator.password = read_secret_reference(table, "password").value_or(SecretReference{});
    administrator.root = read_template(table, "root", true).value_or("user{separator}{local_part}");
    if (administrator.root.find("{local_part}") == std::string::npos &&
        administrator.root.find("{address}") == std::string::npos)
        table.refuse("root", administrator.root);
    return administrator;
}

/// What the mailboxes of this server have in common: a master user, or an administrator that looks into none.
void read_logins(const Table& table, Server& server) {
    server.username = read_template(table, "username").value_or("");
    server.authorize_as = read_template(table, "authorize_as").value_or("");
    server.password = read_secret_reference(table, "password");
    server.administrator = read_administrator(table.table("quota_administrator"));
    if (server.administrator && table.has("password"))
        table.error("quota_administrator", "and password exclude each other: mailboxes without a password of their own "
                                           "are measured by one or the other");
    if (server.administrator && !server.imap && !table.has("imap"))
        table.error("quota_administrator", "needs imap = \"imaps://HOST\"");
}

Server read_server(const std::string& name, const Table& table, const DataDirectories& data) {
    auto preset = read_preset(table, data);
    read_domain(table, preset);
    Server server;
    server.key = name;
    server.plaintext = table.boolean("plaintext").value_or(false);
    server.imap = endpoint_or_preset(table, preset, Protocol::imap, server.plaintext);
    server.pop3 = endpoint_or_preset(table, preset, Protocol::pop3, server.plaintext);
    server.smtp = endpoint_or_preset(table, preset, Protocol::smtp, server.plaintext);
    server.webmail = table.line("webmail").value_or("");
    server.trust = read_trust(table);
    server.mechanism =
        table.choice<Mechanism>("mechanism", kMechanisms).value_or(preset.mechanism.value_or(Mechanism::automatic));
    read_logins(table, server);
    if (!server.imap && !server.pop3 && !table.has("imap") && !table.has("pop3") && !preset.failed)
        table.problems().error(table.position(), table.path(),
                               "needs imap = \"imaps://HOST\", pop3 = \"pop3s://HOST\" or a preset");
    return server;
}

/// "imaps://HOST" for somebody who wrote a bare host.
std::string url_hint(const std::string& text, Protocol protocol) {
    const std::string scheme = protocol == Protocol::imap   ? "imaps://"
                               : protocol == Protocol::pop3 ? "pop3s://"
                                                            : "smtps://";
    if (text.find("://") != std::string::npos || !parse_server_url(scheme + text))
        return {};
    return "; did you mean \"" + scheme + text + "\"?";
}

} // namespace

std::optional<Endpoint> endpoint_from(const Table& table, std::string_view key, const std::string& url,
                                      Protocol protocol, bool plaintext) {
    const auto parsed = parse_server_url(url);
    if (url.find('@') != std::string::npos) { // may hold a password: not repeated
        table.error(key, "must be a URL without a login; that belongs to username and password");
    } else if (!parsed) {
        table.refuse(key, url, url_hint(url, protocol));
    } else if (parsed->endpoint.protocol != protocol) {
        table.refuse(key, url);
    } else if (parsed->endpoint.tls == TlsMode::plaintext && !plaintext) {
        table.error(key, "is " + in_quotes(url) +
                             ", which sends the password without TLS; use TLS, or allow it with "
                             "plaintext = true in the same table");
    } else {
        return parsed->endpoint;
    }
    return std::nullopt;
}

std::optional<Endpoint> read_endpoint(const Table& table, std::string_view key, Protocol protocol, bool plaintext) {
    const auto url = table.text(key);
    return url ? endpoint_from(table, key, *url, protocol, plaintext) : std::nullopt;
}

Trust read_trust(const Table& table) {
    Trust trust;
    trust.ca_file = table.line("ca_file").value_or("");
    std::error_code error;
    if (!trust.ca_file.empty() && !trust.ca_file.starts_with('/'))
        table.refuse("ca_file", trust.ca_file);
    else if (!trust.ca_file.empty() && !std::filesystem::is_regular_file(trust.ca_file, error))
        table.error("ca_file", "is " + in_quotes(trust.ca_file) + ", which is no file that can be read");
    trust.pins = table.texts("pin").value_or(std::vector<std::string>());
    for (const auto& pin : trust.pins) {
        if (!is_pin(pin))
            table.refuse("pin", pin);
    }
    return trust;
}

std::map<std::string, Server> read_servers(const Table& root, const DataDirectories& data) {
    std::map<std::string, Server> servers;
    for (const auto& [name, table] : root.named_tables("server")) {
        if (!is_credential_name(name) || name.size() > 40)
            table.problems().error(table.position(), table.path(),
                                   "must be named with 1 to 40 letters, digits and . _ - @ +");
        servers[name] = read_server(name, table, data);
    }
    return servers;
}

std::vector<std::string> read_addresses(const Table& table, std::string_view key) {
    auto addresses = table.texts(key).value_or(std::vector<std::string>());
    for (const auto& address : addresses) {
        if (!is_mail_address(address))
            table.refuse(key, address);
    }
    std::erase_if(addresses, [](const std::string& address) { return !is_mail_address(address); });
    return addresses;
}

std::optional<Smtp> read_smtp(const Table& table) {
    if (!table.exists())
        return std::nullopt;
    Smtp smtp;
    smtp.plaintext = table.boolean("plaintext").value_or(false);
    smtp.endpoint = read_endpoint(table, "server", Protocol::smtp, smtp.plaintext).value_or(Endpoint{});
    smtp.trust = read_trust(table);
    smtp.username = table.line("username").value_or("");
    smtp.password = read_secret_reference(table, "password");
    smtp.from = table.line("from").value_or("");
    if (!smtp.from.empty() && address_in(smtp.from).empty())
        table.refuse("from", smtp.from);
    smtp.admin = read_addresses(table, "admin");
    if (!smtp.username.empty() && !table.has("password"))
        table.error("password", "is missing; username is given");
    if (smtp.username.empty() && table.has("password"))
        table.error("username", "is missing; password is given");
    return smtp;
}

} // namespace mailquotad::settings
