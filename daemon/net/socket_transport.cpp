#include "net/socket_transport.h"

#include <utility>

namespace mailquotad::net {

SocketTransport::SocketTransport(Connected connected, const ConnectOptions& options,
                                 std::shared_ptr<const TlsCredentials> credentials)
    : options_(options), credentials_(std::move(credentials)), socket_(std::move(connected.socket)) {
    traffic_.round_trips = 1;
    log_.note("connected to " + connected.peer);
}

SocketTransport::~SocketTransport() {
    close();
}

void SocketTransport::require_open() const {
    if (!socket_.is_open()) {
        throw NetError(FailureKind::connect, "the connection was closed");
    }
}

void SocketTransport::count_flight() {
    if (answer_awaited_ && !(tls_ && tls_->has_buffered())) {
        ++traffic_.round_trips;
        answer_awaited_ = false;
    }
}

std::size_t SocketTransport::read(std::span<char> buffer) {
    require_open();
    count_flight();
    const std::size_t size = tls_ ? tls_->read(buffer, options_.deadline) : socket_.read(buffer, options_.deadline);
    traffic_.bytes_received += static_cast<std::int64_t>(size);
    if (traffic_.bytes_received > options_.max_total_bytes) {
        throw NetError(FailureKind::limit,
                       "the server sent more than " + std::to_string(options_.max_total_bytes) + " bytes");
    }
    log_.received({buffer.data(), size});
    return size;
}

void SocketTransport::write(std::string_view bytes, bool secret) {
    require_open();
    log_.sent(bytes, secret);
    answer_awaited_ = true;
    tls_ ? tls_->write(bytes, options_.deadline) : socket_.write(bytes, options_.deadline);
    traffic_.bytes_sent += static_cast<std::int64_t>(bytes.size());
}

void SocketTransport::start_tls() {
    require_open();
    if (tls_ || !credentials_) {
        throw NetError(FailureKind::internal, tls_ ? "TLS is up already" : "TLS was not asked for");
    }
    auto session =
        std::make_unique<TlsSession>(socket_.descriptor(), options_.endpoint.host, options_.trust, credentials_);
    try {
        session->handshake(options_.deadline);
    } catch (...) {
        // Whatever the caller does with the error, nothing more goes out over this connection.
        session.reset();
        socket_.close();
        throw;
    }
    tls_ = std::move(session);
    traffic_.tls_version = tls_->version();
    traffic_.round_trips += tls_->handshake_round_trips();
    if (tls_->server_speaks_last()) {
        answer_awaited_ = false; // a greeting rides with the server's Finished
    }
    log_.note(traffic_.tls_version + " with " + options_.endpoint.host +
              (options_.trust.pins.empty() ? "" : ", pinned"));
}

void SocketTransport::close() noexcept {
    if (tls_) {
        tls_->bye();
        tls_.reset();
    }
    socket_.close();
}

} // namespace mailquotad::net
