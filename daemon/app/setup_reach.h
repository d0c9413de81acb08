// Whether a server can be talked to safely, before any password is near.
#pragma once

#include "net/transport.h"

#include <optional>
#include <string>

namespace mailquotad::app {

/// Connects, verifies the certificate and reads the greeting, after STARTTLS where the endpoint says so; never logs in.
/// What went wrong, in one line that may hold text of the server; nothing where all is well. Without TLS it is always
/// wrong.
std::optional<std::string> reach_problem(const Endpoint& endpoint, const Trust& trust, net::Connector& connector);

} // namespace mailquotad::app
