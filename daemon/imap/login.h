// From the greeting to a logged-in session: STARTTLS, choice of mechanism, and the meaning of a refusal.
#pragma once

#include "core/probe_request.h"
#include "imap/session.h"
#include "net/transport.h"

namespace mailquotad::imap {

/// Greets, upgrades where the endpoint says STARTTLS, and logs in as the request says. No credential is written unless
/// the transport is protected or the request allows plain text. Throws NetError with the kind of the failure:
/// credential, tls, greeting, login_refused, login_disabled, throttled, protocol.
void log_in(Session& session, net::Transport& transport, const ProbeRequest& request);

/// How to log in, as chosen from what the server offers.
enum class LoginMethod { login_command, plain, login, cram_md5, scram_sha_1, scram_sha_256, xoauth2, oauthbearer };

/// Chooses by CONTRACT's `mechanism`: automatic is PLAIN, else the command LOGIN, else SCRAM and CRAM-MD5; without TLS
/// the mechanisms that hide the password come first. With `authorize` only mechanisms that carry an authorisation
/// identity are taken. Throws NetError login_disabled where nothing fits.
LoginMethod choose_login(Mechanism mechanism, const Capabilities& offered, bool is_protected, bool authorize);

} // namespace mailquotad::imap
