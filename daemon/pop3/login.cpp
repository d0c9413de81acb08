#include "pop3/login.h"

#include <string>
#include <string_view>

namespace mailquotad::pop3 {

namespace {

[[noreturn]] void fail(FailureKind kind, const std::string& detail) {
    throw net::NetError(kind, detail);
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

// Dovecot with auth_mechanisms = cram-md5 scram-sha-256 lists USER all the same, and refuses it ("Unsupported
// authentication mechanism"): where only mechanisms that hide the password are listed, USER is worth nothing.
bool is_mute(const Capabilities& offered) {
    const bool hides =
        offered.has_sasl("SCRAM-SHA-256") || offered.has_sasl("SCRAM-SHA-1") || offered.has_sasl("CRAM-MD5");
    return hides && !offered.has_sasl("PLAIN") && !offered.has_sasl("LOGIN");
}

} // namespace

std::optional<Capabilities> prepare(Session& session, net::Transport& transport, const ProbeRequest& request) {
    net::checked_identity(request); // before anything is connected for nothing
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

LoginMethod choose_login(Mechanism mechanism, const std::optional<Capabilities>& offered, bool is_protected,
                         bool authorize) {
    const net::LoginOffer offer{
        .own_command = !offered || (offered->has("USER") && (mechanism == Mechanism::login || !is_mute(*offered))),
        .has_mechanism = [&](std::string_view name) { return offered && offered->has_sasl(name); },
        .text = offered ? offered->text() : "it knows no CAPA"};
    return net::choose_login(mechanism, offer, is_protected, authorize);
}

void log_in(Session& session, const net::Transport& transport, const ProbeRequest& request,
            const std::optional<Capabilities>& offered) {
    const net::Identity identity = net::checked_identity(request);
    const LoginMethod method =
        choose_login(request.mechanism, offered, transport.is_protected(), !request.authorize_as.empty());
    Reply answer;
    std::string sasl_error;
    if (method == LoginMethod::own_command) {
        answer = session.run(Command::user(identity.username));
        if (answer.ok) {
            answer = session.run(Command::pass(identity.password.reveal()));
        }
    } else {
        const auto client = net::make_sasl_client(method, identity);
        answer = session.authenticate(*client);
        sasl_error = client->error();
    }
    if (!answer.ok) {
        fail(classify_refusal(answer, FailureKind::login_refused),
             "the server refused the login: " + to_string(answer) + (sasl_error.empty() ? "" : " " + sasl_error));
    }
}

} // namespace mailquotad::pop3
