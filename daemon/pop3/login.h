// From the greeting to the maildrop: STLS, choice of mechanism, and the meaning of a refusal.
#pragma once

#include "core/probe_request.h"
#include "net/login_choice.h"
#include "net/transport.h"
#include "pop3/session.h"

#include <optional>

namespace mailquotad::pop3 {

/// Greets, upgrades where the endpoint says STARTTLS, and asks what the server can do (nothing where it knows no CAPA).
/// Returns only where the credentials may be sent: over a protected transport, or where the request allows plain text.
/// Throws NetError with the kind of the failure: credential, tls, greeting, throttled, login_disabled, protocol.
std::optional<Capabilities> prepare(Session& session, net::Transport& transport, const ProbeRequest& request);

using net::LoginMethod;

/// net::choose_login for what a POP3 server offers; the own command is USER and PASS, also where the server does not
/// tell what it can do.
LoginMethod choose_login(Mechanism mechanism, const std::optional<Capabilities>& offered, bool is_protected,
                         bool authorize);

/// Logs in. Throws NetError: credential, login_refused, login_disabled, throttled, protocol.
void log_in(Session& session, const net::Transport& transport, const ProbeRequest& request,
            const std::optional<Capabilities>& offered);

} // namespace mailquotad::pop3
