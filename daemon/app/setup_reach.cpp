#include "app/setup_reach.h"

#include "imap/session.h"
#include "notify/smtp_session.h"
#include "pop3/session.h"

#include <chrono>

namespace mailquotad::app {

namespace {

constexpr std::chrono::seconds kPatience{8};

void greet_imap(net::Transport& transport, bool upgrade) {
    imap::Budget budget;
    imap::Session session(transport, budget);
    const imap::Condition greeting = session.greet();
    if (greeting.kind == imap::ConditionKind::bye)
        throw net::NetError(FailureKind::greeting, "the server turned us away: " + imap::to_string(greeting));
    if (upgrade && greeting.kind == imap::ConditionKind::preauth) // RFC 9051 section 7.1.4
        throw net::NetError(FailureKind::tls, "the server says PREAUTH before STARTTLS");
    if (upgrade)
        session.start_tls();
}

void greet_pop3(net::Transport& transport, bool upgrade) {
    pop3::Session session(transport);
    const pop3::Reply greeting = session.greet();
    if (!greeting.ok)
        throw net::NetError(FailureKind::greeting, "the server turned us away: " + pop3::to_string(greeting));
    if (upgrade)
        session.start_tls();
    session.try_to_quit();
}

void greet_smtp(net::Transport& transport, bool upgrade) {
    notify::SmtpSession session(transport);
    const auto expect = [](const notify::SmtpReply& reply) {
        if (!reply.is_success())
            throw net::NetError(FailureKind::greeting, "the server turned us away: " + reply.text());
    };
    expect(session.read_reply());
    if (upgrade) {
        expect(session.command("EHLO [127.0.0.1]"));
        expect(session.command("STARTTLS"));
        session.start_tls();
    }
}

} // namespace

std::optional<std::string> reach_problem(const Endpoint& endpoint, const Trust& trust, net::Connector& connector) {
    if (endpoint.tls == TlsMode::plaintext)
        return "a password would go without TLS";
    const bool upgrade = endpoint.tls == TlsMode::starttls;
    try {
        const auto transport =
            connector.connect({.endpoint = endpoint, .trust = trust, .deadline = os::Deadline::in(kPatience)});
        if (endpoint.protocol == Protocol::imap)
            greet_imap(*transport, upgrade);
        else if (endpoint.protocol == Protocol::pop3)
            greet_pop3(*transport, upgrade);
        else
            greet_smtp(*transport, upgrade);
        transport->close();
        return std::nullopt;
    } catch (const net::NetError& error) {
        return std::string(to_string(error.kind())) + ": " + error.what();
    }
}

} // namespace mailquotad::app
