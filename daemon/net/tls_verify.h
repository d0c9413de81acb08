// Whether a server is who it should be, and if not, a sentence that helps the webmaster to decide.
#pragma once

#include "core/endpoint.h"
#include "net/tls_trust.h"

#include <optional>
#include <string>

struct gnutls_session_int;

namespace mailquotad::net {

/// Judges the certificate of the peer of a session in its handshake: one of the pins, or chain, date and host name.
/// Nothing when it is good, otherwise why not. `host` is a name without a final dot, or an IP address, which must be
/// among the IP addresses of the certificate. `credentials` are those of the session: a chain that was good with them
/// less than an hour ago, for the same host, is not verified again (never where a pin decides or the server sends an
/// OCSP response). Throws NetError tls when the certificate cannot be read.
std::optional<std::string> distrust(gnutls_session_int* session, const std::string& host, const Trust& trust,
                                    const TlsCredentials& credentials);

} // namespace mailquotad::net
