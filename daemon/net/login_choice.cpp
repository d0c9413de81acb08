#include "net/login_choice.h"

#include "core/ascii.h"
#include "net/transport.h"

#include <algorithm>
#include <iterator>
#include <vector>

namespace mailquotad::net {

namespace {

struct MethodName {
    LoginMethod method;
    std::string_view sasl;
    bool carries_authorisation;
};

constexpr MethodName kMethods[] = {
    {LoginMethod::own_command, "", false},
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
            return {plain, own_command, login, scram_sha_256, scram_sha_1, cram_md5};
        }
        return {scram_sha_256, scram_sha_1, cram_md5, plain, own_command, login};
    case Mechanism::plain:
        return {plain};
    case Mechanism::login:
        return {own_command, login};
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

} // namespace

LoginMethod choose_login(Mechanism mechanism, const LoginOffer& offer, bool is_protected, bool authorize) {
    for (const LoginMethod method : candidates(mechanism, is_protected)) {
        const auto* known = std::find_if(std::begin(kMethods), std::end(kMethods),
                                         [&](const MethodName& each) { return each.method == method; });
        const bool is_offered = known->sasl.empty() ? offer.own_command : offer.has_mechanism(known->sasl);
        if (is_offered && (!authorize || known->carries_authorisation)) {
            return method;
        }
    }
    throw NetError(FailureKind::login_disabled,
                   authorize ? "the server offers no mechanism that carries authorize_as"
                             : "the server offers no login that the settings allow: " + offer.text);
}

std::unique_ptr<SaslClient> make_sasl_client(LoginMethod method, const Identity& identity) {
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
    case LoginMethod::own_command:
        break;
    }
    return make_plain(identity);
}

Identity checked_identity(const ProbeRequest& request) {
    if (request.username.empty() || request.password.empty()) {
        throw NetError(FailureKind::credential,
                       request.username.empty() ? "the login is empty" : "the password is empty");
    }
    for (const std::string_view text :
         {std::string_view(request.username), std::string_view(request.authorize_as), request.password.reveal()}) {
        if (!fits_a_line(text)) {
            throw NetError(FailureKind::credential, "login or password holds a line end or a NUL byte");
        }
    }
    return {.username = request.username, .authorize_as = request.authorize_as, .password = request.password};
}

} // namespace mailquotad::net
