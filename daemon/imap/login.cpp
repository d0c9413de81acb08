#include "imap/login.h"

#include "imap/ascii.h"

#include <algorithm>
#include <iterator>
#include <memory>
#include <vector>

namespace mailquotad::imap {

namespace {

[[noreturn]] void fail(FailureKind kind, const std::string& detail) {
    throw net::NetError(kind, detail);
}

struct MethodName {
    LoginMethod method;
    std::string_view sasl; ///< empty: the command LOGIN
    bool carries_authorisation;
};

constexpr MethodName kMethods[] = {
    {LoginMethod::login_command, "", false},
    {LoginMethod::plain, "PLAIN", true},
    {LoginMethod::login, "LOGIN", false},
    {LoginMethod::cram_md5, "CRAM-MD5", false},
    {LoginMethod::scram_sha_1, "SCRAM-SHA-1", true},
    {LoginMethod::scram_sha_256, "SCRAM-SHA-256", true},
    {LoginMethod::xoauth2, "XOAUTH2", false},
    {LoginMethod::oauthbearer, "OAUTHBEARER", true},
};

std::vector<LoginMethod> candidates(Mechanism mechanism, bool is_protected) {
    using enum LoginMethod;
    switch (mechanism) {
    case Mechanism::automatic:
        if (is_protected) {
            return {plain, login_command, login, scram_sha_256, scram_sha_1, cram_md5};
        }
        return {scram_sha_256, scram_sha_1, cram_md5, plain, login_command, login};
    case Mechanism::plain:
        return {plain};
    case Mechanism::login:
        return {login_command, login};
    case Mechanism::cram_md5:
        return {cram_md5};
    case Mechanism::scram_sha_1:
        return {scram_sha_1};
    case Mechanism::scram_sha_256:
        return {scram_sha_256};
    case Mechanism::xoauth2:
        return {xoauth2};
    case Mechanism::oauthbearer:
        break;
    }
    return {oauthbearer};
}

std::unique_ptr<SaslClient> make_client(LoginMethod method, const Identity& identity) {
    switch (method) {
    case LoginMethod::login:
        return make_login(identity);
    case LoginMethod::cram_md5:
        return make_cram_md5(identity);
    case LoginMethod::scram_sha_1:
        return make_scram(identity, ScramDigest::sha1);
    case LoginMethod::scram_sha_256:
        return make_scram(identity, ScramDigest::sha256);
    case LoginMethod::xoauth2:
        return make_xoauth2(identity);
    case LoginMethod::oauthbearer:
        return make_oauthbearer(identity);
    case LoginMethod::plain:
    case LoginMethod::login_command:
        break;
    }
    return make_plain(identity);
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

Condition attempt(Session& session, const ProbeRequest& request, LoginMethod method, std::string& sasl_error) {
    const Capabilities& capabilities = *session.capabilities();
    if (method == LoginMethod::login_command) {
        const Command command =
            Command::login(request.username, request.password.reveal(), capabilities.free_literals());
        session.forget_capabilities();
        return session.run(command);
    }
    const Identity identity{
        .username = request.username, .authorize_as = request.authorize_as, .password = request.password};
    const auto client = make_client(method, identity);
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
    for (const LoginMethod method : candidates(mechanism, is_protected)) {
        const auto* known = std::find_if(std::begin(kMethods), std::end(kMethods),
                                         [&](const MethodName& each) { return each.method == method; });
        const bool is_offered =
            known->sasl.empty() ? !capabilities.has("LOGINDISABLED") : capabilities.has_auth(known->sasl);
        if (is_offered && (!authorize || known->carries_authorisation)) {
            return method;
        }
    }
    fail(FailureKind::login_disabled,
         authorize ? "the server offers no mechanism that carries authorize_as"
                   : "the server offers no login that the settings allow: " + capabilities.text());
}

void log_in(Session& session, net::Transport& transport, const ProbeRequest& request) {
    check_credential(request);
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
    const Condition answer = attempt(session, request, method, sasl_error);
    judge(answer, sasl_error);
}

} // namespace mailquotad::imap
