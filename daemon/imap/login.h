// From the greeting to a logged-in session: STARTTLS, choice of mechanism, and the meaning of a refusal.
#pragma once

#include "core/probe_request.h"
#include "imap/session.h"
#include "net/login_choice.h"
#include "net/transport.h"

namespace mailquotad::imap {

/// Greets, upgrades where the endpoint says STARTTLS, and logs in as the request says. No credential is written unless
/// the transport is protected or the request allows plain text. Throws NetError with the kind of the failure:
/// credential, tls, greeting, login_refused, login_disabled, throttled, protocol.
void log_in(Session& session, net::Transport& transport, const ProbeRequest& request);

using net::LoginMethod;

/// net::choose_login for what an IMAP server offers; the own command is LOGIN.
LoginMethod choose_login(Mechanism mechanism, const Capabilities& offered, bool is_protected, bool authorize);

} // namespace mailquotad::imap
