// The real way to a server: TCP, TLS, one deadline.
#pragma once

#include "net/tls_trust.h"
#include "net/transport.h"

namespace mailquotad::net {

/// Connects by TCP and TLS. Thread-safe: workers share one and with it the loaded CAs. The cancellation of the
/// options must outlive the transport.
class TcpConnector final : public Connector {
public:
    /// Blocks up to the deadline, but for getaddrinfo, which has none.
    std::unique_ptr<Transport> connect(const ConnectOptions& options) override;

private:
    CaStore trust_;
};

} // namespace mailquotad::net
