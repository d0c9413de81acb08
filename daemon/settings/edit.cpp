#include "settings/edit.h"

#include "settings/shape.h"

#include <algorithm>
#include <array>
#include <cstdio>

namespace mailquotad::settings {

namespace {

/// Lines "key = value"; what is empty is not written.
class Lines {
public:
    void raw(const std::string& line) { text_ += line + '\n'; }
    void text(const std::string& key, const std::string& value) {
        if (!value.empty())
            raw(key + " = " + toml_text(value));
    }
    void texts(const std::string& key, const std::vector<std::string>& values);
    [[nodiscard]] std::string take() { return std::move(text_); }

private:
    std::string text_;
};

std::string list(const std::vector<std::string>& values) {
    std::string text;
    for (const std::string& value : values)
        text += (text.empty() ? "" : ", ") + toml_text(value);
    return '[' + text + ']';
}

void Lines::texts(const std::string& key, const std::vector<std::string>& values) {
    if (!values.empty())
        raw(key + " = " + list(values));
}

std::string reference(const SecretReference& secret) {
    using enum SecretReference::Form;
    switch (secret.form) {
    case credential:
        return "{ credential = " + toml_text(secret.value) + " }";
    case file:
        return "{ file = " + toml_text(secret.value) + " }";
    case env:
        return "{ env = " + toml_text(secret.value) + " }";
    case command:
        return "{ command = " + list(secret.command) + " }";
    }
    return {};
}

bool is_none(const SecretReference& secret) {
    return secret.value.empty() && secret.command.empty();
}

std::string owner_table(const Owner& owner) {
    std::string text;
    const auto add = [&text](const std::string& key, const std::string& value) {
        text += (text.empty() ? "" : ", ") + key + " = " + value;
    };
    if (!owner.name.empty())
        add("name", toml_text(owner.name));
    if (!owner.mail.empty())
        add("mail", list(owner.mail));
    if (!owner.language.empty())
        add("language", toml_text(owner.language));
    if (!owner.client.empty())
        add("client", toml_text(owner.client));
    return text;
}

std::string url_of(const std::optional<Endpoint>& endpoint) {
    return endpoint ? to_string(*endpoint) : std::string();
}

void write_trust(const Trust& trust, Lines& lines) {
    lines.text("ca_file", trust.ca_file);
    lines.texts("pin", trust.pins);
}

std::string file_part(const NewFile& file) {
    Lines lines;
    std::string_view rest = file.heading;
    while (!rest.empty()) {
        const auto end = rest.find('\n');
        lines.raw("# " + std::string(rest.substr(0, end)));
        rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 1);
    }
    lines.text("language", file.language);
    lines.text("timezone", file.timezone);
    return lines.take();
}

std::string smtp_part(const Smtp& smtp) {
    Lines lines;
    lines.raw("[smtp]");
    lines.text("server", to_string(smtp.endpoint));
    lines.text("username", smtp.username);
    if (smtp.password)
        lines.raw("password = " + reference(*smtp.password));
    lines.text("from", smtp.from);
    lines.texts("admin", smtp.admin);
    write_trust(smtp.trust, lines);
    return lines.take();
}

std::string server_part(const NewServer& added) {
    const Server& server = added.server;
    Lines lines;
    lines.raw('[' + join_path("server", server.key) + ']');
    lines.text("preset", added.preset);
    lines.text("domain", added.domain);
    if (added.preset.empty()) {
        lines.text("imap", url_of(server.imap));
        lines.text("pop3", url_of(server.pop3));
        lines.text("smtp", url_of(server.smtp));
    }
    write_trust(server.trust, lines);
    return lines.take();
}

std::string mailbox_part(const Mailbox& mailbox) {
    Lines lines;
    lines.raw("[[mailbox]]");
    lines.text("address", mailbox.address);
    if (!mailbox.slug_is_derived)
        lines.text("slug", mailbox.slug);
    lines.text("server", mailbox.server);
    if (mailbox.username != mailbox.address && mailbox.shared_login.empty())
        lines.text("username", mailbox.username);
    lines.text("authorize_as", mailbox.authorize_as);
    if (!is_none(mailbox.password) && !mailbox.by_administrator)
        lines.raw("password = " + reference(mailbox.password));
    if (mailbox.limit)
        lines.text("limit", to_string(*mailbox.limit));
    if (mailbox.protocol == Protocol::pop3)
        lines.text("protocol", "pop3");
    if (mailbox.depth == Depth::sizes)
        lines.text("depth", "sizes");
    if (const std::string owner = owner_table(mailbox.owner); !owner.empty())
        lines.raw("owner = { " + owner + " }");
    return lines.take();
}

/// What the settings say of everything but servers, mailboxes and [smtp].
bool is_same_frame(const Settings& a, const Settings& b) {
    return a.language == b.language && a.timezone == b.timezone && a.state_directory == b.state_directory &&
           a.database == b.database && a.poll == b.poll && a.policy == b.policy && a.alerts == b.alerts &&
           a.http == b.http && a.log == b.log && a.wording == b.wording && a.bounces == b.bounces &&
           a.webhooks == b.webhooks;
}

/// Whether it is the same mailbox; a derived slug depends on the others and counts for nothing.
bool is_same_mailbox(Mailbox a, const Mailbox& b) {
    if (a.slug_is_derived && b.slug_is_derived)
        a.slug = b.slug;
    return a == b;
}

/// What a mailbox that was written is expected to be once it is read: the rest stems from elsewhere in the file.
Mailbox as_read(Mailbox mailbox, const Mailbox& found) {
    mailbox.policy = found.policy;
    mailbox.shared_login = found.shared_login;
    if (is_none(mailbox.password))
        mailbox.password = found.password;
    return mailbox;
}

std::string difference_of_mailboxes(const std::vector<Mailbox>& before, const std::vector<Mailbox>& added,
                                    const Settings& after) {
    for (const Mailbox& mailbox : before) {
        const Mailbox* found = after.find(mailbox.address);
        if (found == nullptr || !is_same_mailbox(mailbox, *found))
            return "mailbox " + mailbox.address + " would change";
    }
    for (const Mailbox& mailbox : added) {
        const Mailbox* found = after.find(mailbox.address);
        if (found == nullptr || !is_same_mailbox(as_read(mailbox, *found), *found))
            return "mailbox " + mailbox.address + " would not be what was meant";
    }
    return after.mailboxes.size() == before.size() + added.size() ? "" : "the number of mailboxes would be wrong";
}

std::string difference_of_servers(const std::map<std::string, Server>& before, const std::vector<NewServer>& added,
                                  const std::map<std::string, Server>& after) {
    auto expected = before;
    for (const NewServer& one : added)
        expected.emplace(one.server.key, one.server);
    for (const auto& [key, server] : expected) {
        const auto found = after.find(key);
        if (found == after.end() || found->second != server)
            return "[server." + key + "] would not be what was meant";
    }
    return after.size() == expected.size() ? "" : "the number of servers would be wrong";
}

} // namespace

std::string toml_text(const std::string& text) {
    std::string quoted = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') {
            quoted += {'\\', c};
        } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) {
            std::array<char, 8> escape{};
            std::snprintf(escape.data(), escape.size(), "\\u%04X", static_cast<unsigned>(c));
            quoted += escape.data();
        } else {
            quoted += c;
        }
    }
    return quoted + '"';
}

std::string to_toml(const Addition& addition) {
    std::string text;
    const auto add = [&text](const std::string& part) { text += (text.empty() ? "" : "\n") + part; };
    if (addition.file)
        add(file_part(*addition.file));
    if (addition.smtp)
        add(smtp_part(*addition.smtp));
    for (const NewServer& server : addition.servers)
        add(server_part(server));
    for (const Mailbox& mailbox : addition.mailboxes)
        add(mailbox_part(mailbox));
    return text;
}

std::string appended(const std::string& text, const std::string& tables) {
    if (text.empty() || tables.empty())
        return text + tables;
    return text + (text.ends_with('\n') ? "\n" : "\n\n") + tables;
}

std::string difference(const std::optional<Settings>& before, const Addition& addition, const Settings& after) {
    if (before && !is_same_frame(*before, after))
        return "what the file says already would change";
    if (addition.file && (addition.file->language != after.language || addition.file->timezone != after.timezone))
        return "language or timezone would not be what was meant";
    const std::optional<Smtp> smtp = addition.smtp ? addition.smtp : before ? before->smtp : std::nullopt;
    if (smtp != after.smtp)
        return "[smtp] would not be what was meant";
    static const Settings kNone;
    const Settings& base = before ? *before : kNone;
    std::string wrong = difference_of_servers(base.servers, addition.servers, after.servers);
    return wrong.empty() ? difference_of_mailboxes(base.mailboxes, addition.mailboxes, after) : wrong;
}

} // namespace mailquotad::settings
