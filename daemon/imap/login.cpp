#include "imap/login.h"

namespace mailquotad::imap {

namespace {

[[noreturn]] void fail(FailureKind kind, const std::string& detail) {
    throw net::NetError(kind, detail);
}

void greet(Session& session, const ProbeRequest& request, bool& authenticated) {
    const Condition greeting = session.greet();
    if (greeting.kind == ConditionKind::bye) {
        fail(classify_refusal(greeting, FailureKind::greeting), "the server turned us away: " + to_string(greeting));
    }
    authenticated = greeting.kind == ConditionKind::preauth;
    if (request.endpoint.tls != TlsMode::starttls) {
        return;
    }
    if (authenticated) { // RFC 9051 section 7.1.4: STARTTLS is not possible any more
        fail(FailureKind::tls, "the server says PREAUTH before STARTTLS: the connection can never be protected");
    }
    if (session.capabilities() && !session.capabilities()->has("STARTTLS")) {
        fail(FailureKind::tls, "the server does not offer STARTTLS");
    }
    session.start_tls();
}

const Capabilities& offered(Session& session) {
    if (!session.capabilities()) {
        const Condition answer = session.run(Command::capability());
        if (!answer.ok() || !session.capabilities()) {
            fail(FailureKind::protocol, "the server does not tell its capabilities: " + to_string(answer));
        }
    }
    return *session.capabilities();
}

Condition attempt(Session& session, const net::Identity& identity, LoginMethod method, std::string& sasl_error) {
    const Capabilities& capabilities = *session.capabilities();
    if (method == LoginMethod::own_command) {
        const Command command =
            Command::login(identity.username, identity.password.reveal(), capabilities.free_literals());
        session.forget_capabilities();
        return session.run(command);
    }
    const auto client = net::make_sasl_client(method, identity);
    const bool initial_response = capabilities.initial_response();
    session.forget_capabilities();
    const Condition answer = session.authenticate(*client, initial_response);
    sasl_error = client->error();
    return answer;
}

void judge(const Condition& answer, const std::string& sasl_error) {
    if (answer.ok()) {
        return;
    }
    const std::string detail =
        "the server refused the login: " + to_string(answer) + (sasl_error.empty() ? "" : " " + sasl_error);
    if (answer.kind == ConditionKind::bad) {
        fail(FailureKind::protocol, detail);
    }
    fail(classify_refusal(answer, FailureKind::login_refused), detail);
}

} // namespace

LoginMethod choose_login(Mechanism mechanism, const Capabilities& capabilities, bool is_protected, bool authorize) {
    const net::LoginOffer offer{.own_command = !capabilities.has("LOGINDISABLED"),
                                .has_mechanism = [&](std::string_view name) { return capabilities.has_auth(name); },
                                .text = capabilities.text()};
    return net::choose_login(mechanism, offer, is_protected, authorize);
}

void log_in(Session& session, net::Transport& transport, const ProbeRequest& request) {
    const net::Identity identity = net::checked_identity(request);
    transport.blank(request.password.reveal());
    bool authenticated = false;
    greet(session, request, authenticated);
    if (authenticated) {
        return;
    }
    if (!transport.is_protected() && !request.allow_plaintext) {
        fail(FailureKind::tls, "the connection has no TLS and the settings do not allow plain text");
    }
    const LoginMethod method =
        choose_login(request.mechanism, offered(session), transport.is_protected(), !request.authorize_as.empty());
    std::string sasl_error;
    const Condition answer = attempt(session, identity, method, sasl_error);
    judge(answer, sasl_error);
}

} // namespace mailquotad::imap
