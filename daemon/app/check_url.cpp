#include "app/check_url.h"

#include "app/context.h"
#include "app/tty_terminal.h"
#include "core/byte_size.h"
#include "core/endpoint.h"
#include "core/escape.h"

#include <string>

namespace mailquotad::app {

namespace {

Secret ask_for_password(const std::string& user, const std::string& host) {
    TtyTerminal terminal;
    if (!terminal.is_answered())
        throw CommandFailed(kExitUnknown, "no password: give --password-file FILE, or run this at a terminal");
    auto password = terminal.ask_secret("Password of " + for_terminal(user) + " at " + for_terminal(host) + ':');
    if (!password || password->empty())
        throw CommandFailed(kExitUnknown, "no password was typed");
    return std::move(*password);
}

ServerUrl parse_url(const std::string& text) {
    const auto url = parse_server_url(text);
    if (!url || url->endpoint.protocol == Protocol::smtp)
        throw CommandFailed(kExitUnknown, "bad URL \"" + for_terminal(text) +
                                              "\": allowed are imaps://USER@HOST[:PORT], imap+starttls://…, pop3s://… "
                                              "with USER percent-encoded (kim%40verein.example) and no password");
    if (url->user.empty())
        throw CommandFailed(kExitUnknown, "the URL names no user: imaps://USER@" + for_terminal(url->endpoint.host));
    return *url;
}

void apply_options(const CheckOptions& options, settings::Settings& settings, settings::Mailbox& mailbox) {
    if (!options.limit.empty()) {
        mailbox.limit = parse_byte_size(options.limit);
        if (!mailbox.limit || mailbox.limit->bytes == 0)
            throw CommandFailed(kExitUnknown,
                                "bad --limit \"" + for_terminal(options.limit) + "\": a size like 500MiB");
    }
    if (!options.timeout.empty()) {
        const auto timeout = parse_duration(options.timeout);
        if (!timeout || timeout->count() < 1)
            throw CommandFailed(kExitUnknown,
                                "bad --timeout \"" + for_terminal(options.timeout) + "\": a duration like 30s");
        settings.poll.timeout = *timeout;
    }
}

} // namespace

UrlCheck describe_url(const CheckOptions& options) {
    const ServerUrl url = parse_url(options.url);
    UrlCheck check;
    settings::Settings& settings = check.settings;
    settings::Server server;
    server.key = url.endpoint.host;
    (url.endpoint.protocol == Protocol::pop3 ? server.pop3 : server.imap) = url.endpoint;
    server.trust = {.ca_file = options.ca_file, .pins = options.pins};
    settings::Mailbox mailbox;
    mailbox.address = url.user;
    mailbox.username = url.user;
    mailbox.slug = "mb-" + store::keyed_hash("mailquotad", url.user, 6);
    mailbox.slug_is_derived = true;
    mailbox.server = server.key;
    mailbox.protocol = url.endpoint.protocol;
    mailbox.policy = default_policy();
    apply_options(options, settings, mailbox);
    if (options.password_file.empty())
        check.typed_password = ask_for_password(url.user, url.endpoint.host);
    else
        mailbox.password = {
            .form = settings::SecretReference::Form::file, .value = options.password_file, .command = {}};
    settings.servers.emplace(server.key, std::move(server));
    settings.mailboxes.push_back(std::move(mailbox));
    return check;
}

} // namespace mailquotad::app
