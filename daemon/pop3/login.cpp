#include "pop3/login.h"

#include "pop3/plain_token.h"

#include <string>
#include <string_view>

namespace mailquotad::pop3 {

namespace {

[[noreturn]] void fail(FailureKind kind, const std::string& detail) {
    throw net::NetError(kind, detail);
}

void check_credential(const ProbeRequest& request) {
    for (const std::string_view text :
         {std::string_view(request.username), std::string_view(request.authorize_as), request.password.reveal()}) {
        if (!Command::can_be_sent(text)) {
            fail(FailureKind::credential, "login or password holds a line end or a NUL byte");
        }
    }
    if (request.username.empty() || request.password.empty()) {
        fail(FailureKind::credential, request.username.empty() ? "the login is empty" : "the password is empty");
    }
}

void greet(Session& session) {
    const Reply greeting = session.greet();
    if (!greeting.ok) {
        const FailureKind kind = classify_refusal(greeting, FailureKind::greeting);
        // Nobody has logged in yet, so no credential is to blame.
        fail(kind == FailureKind::login_refused ? FailureKind::greeting : kind,
             "the server turned us away: " + to_string(greeting));
    }
}

// A server that does not know CAPA is asked all the same: its answer to STLS says enough.
void upgrade(Session& session) {
    const auto offered = session.ask_capabilities();
    if (offered && !offered->has("STLS")) {
        fail(FailureKind::tls, "the server does not offer STLS");
    }
    session.start_tls();
}

bool is_spoken(Mechanism mechanism) {
    return mechanism == Mechanism::automatic || mechanism == Mechanism::plain || mechanism == Mechanism::login;
}

} // namespace

std::optional<Capabilities> prepare(Session& session, net::Transport& transport, const ProbeRequest& request) {
    check_credential(request);
    transport.blank(request.password.reveal());
    greet(session);
    if (request.endpoint.tls == TlsMode::starttls) {
        upgrade(session);
    }
    if (!transport.is_protected() && !request.allow_plaintext) {
        fail(FailureKind::tls, "the connection has no TLS and the settings do not allow plain text");
    }
    return session.ask_capabilities(); // anew after STLS, RFC 2595 section 4
}

LoginMethod choose_login(Mechanism mechanism, const std::optional<Capabilities>& offered, bool authorize) {
    if (!is_spoken(mechanism)) {
        fail(FailureKind::login_disabled, "over POP3 only the mechanisms auto, plain and login are supported");
    }
    if (mechanism != Mechanism::login && offered && offered->has_sasl("PLAIN")) {
        return LoginMethod::sasl_plain;
    }
    if (authorize) {
        fail(FailureKind::login_disabled, "the server offers no mechanism that carries authorize_as");
    }
    if (mechanism != Mechanism::plain && (!offered || offered->has("USER"))) {
        return LoginMethod::user_pass;
    }
    fail(FailureKind::login_disabled,
         "the server offers no login that the settings allow: " + (offered ? offered->text() : "it knows no CAPA"));
}

void log_in(Session& session, const ProbeRequest& request, const std::optional<Capabilities>& offered) {
    Reply answer;
    if (choose_login(request.mechanism, offered, !request.authorize_as.empty()) == LoginMethod::sasl_plain) {
        const Secret token = plain_token(request.authorize_as, request.username, request.password.reveal());
        answer = session.authenticate_plain(token.reveal());
    } else {
        answer = session.run(Command::user(request.username));
        if (answer.ok) {
            answer = session.run(Command::pass(request.password.reveal()));
        }
    }
    if (!answer.ok) {
        fail(classify_refusal(answer, FailureKind::login_refused),
             "the server refused the login: " + to_string(answer));
    }
}

} // namespace mailquotad::pop3
