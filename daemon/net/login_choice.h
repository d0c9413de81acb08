// Which of a server's ways to log in is taken; the same for IMAP, POP3 and SMTP.
#pragma once

#include "core/probe_request.h"
#include "net/sasl.h"

#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace mailquotad::net {

/// By the protocol's own command (LOGIN of IMAP, USER and PASS of POP3) or by SASL.
enum class LoginMethod { own_command, plain, login, cram_md5, scram_sha_1, scram_sha_256, xoauth2, oauthbearer };

/// What a server offers.
struct LoginOffer {
    bool own_command = false;                            ///< the protocol has a command of its own, and it may be used
    std::function<bool(std::string_view)> has_mechanism; ///< whether SASL offers it; asked in upper case
    std::string text;                                    ///< all of it, for a failure's detail
};

/// Chooses by CONTRACT's `mechanism`: automatic is PLAIN, else the own command, else LOGIN, SCRAM and CRAM-MD5; without
/// TLS the mechanisms that hide the password come first. `login` is the own command, else the mechanism LOGIN. With
/// `authorize` only what carries an authorisation identity is taken. Throws NetError login_disabled where nothing fits.
LoginMethod choose_login(Mechanism mechanism, const LoginOffer& offer, bool is_protected, bool authorize);

/// The client of a method that is no own command.
std::unique_ptr<SaslClient> make_sasl_client(LoginMethod method, const Identity& identity);

/// The request's login. Throws NetError credential where login or password is empty, or could end a command: CR, LF,
/// NUL.
Identity checked_identity(const ProbeRequest& request);

} // namespace mailquotad::net
