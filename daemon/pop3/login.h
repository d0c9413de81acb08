// From the greeting to the maildrop: STLS, choice of mechanism, and the meaning of a refusal.
#pragma once

#include "core/probe_request.h"
#include "net/transport.h"
#include "pop3/session.h"

#include <optional>

namespace mailquotad::pop3 {

/// Greets, upgrades where the endpoint says STARTTLS, and asks what the server can do (nothing where it knows no CAPA).
/// Returns only where the credentials may be sent: over a protected transport, or where the request allows plain text.
/// Throws NetError with the kind of the failure: credential, tls, greeting, throttled, login_disabled, protocol.
std::optional<Capabilities> prepare(Session& session, net::Transport& transport, const ProbeRequest& request);

/// How to log in, as chosen from what the server offers.
enum class LoginMethod { sasl_plain, user_pass };

/// Chooses by CONTRACT's `mechanism`: automatic is SASL PLAIN, else USER and PASS (also where the server does not tell
/// what it can do); `plain` is SASL PLAIN, `login` USER and PASS. With `authorize` only a mechanism that carries an
/// authorisation identity is taken. Throws NetError login_disabled where nothing fits, and for the other mechanisms.
LoginMethod choose_login(Mechanism mechanism, const std::optional<Capabilities>& offered, bool authorize);

/// Logs in. Throws NetError: login_refused, login_disabled, throttled, protocol.
void log_in(Session& session, const ProbeRequest& request, const std::optional<Capabilities>& offered);

} // namespace mailquotad::pop3
