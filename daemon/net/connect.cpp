#include "net/connect.h"

#include "net/happy_eyeballs.h"
#include "net/socket_transport.h"

namespace mailquotad::net {

std::unique_ptr<Transport> TcpConnector::connect(const ConnectOptions& options) {
    // CAs first: a wrong ca_file is told without a connection, and loading them costs no time of the server.
    std::shared_ptr<const TlsCredentials> credentials;
    if (options.endpoint.tls != TlsMode::plaintext) {
        credentials = trust_.credentials(options.trust);
    }
    require_time(options.deadline, "connecting");
    const std::vector<Address> addresses = resolve(options.endpoint.host, options.endpoint.port);
    Connected connected = connect_first(addresses, options.deadline);
    auto transport = std::make_unique<SocketTransport>(std::move(connected), options, std::move(credentials));
    if (options.endpoint.tls == TlsMode::implicit) {
        transport->start_tls();
    }
    return transport;
}

} // namespace mailquotad::net
