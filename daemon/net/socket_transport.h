// A transport over a connected TCP socket, plain at first, protected after start_tls().
#pragma once

#include "net/happy_eyeballs.h"
#include "net/tls.h"
#include "net/transport.h"
#include "net/wire_log.h"

#include <memory>

namespace mailquotad::net {

/// Used by one thread at a time.
class SocketTransport final : public Transport {
public:
    /// `credentials` may be null where TLS will not be started.
    SocketTransport(Connected connected, const ConnectOptions& options,
                    std::shared_ptr<const TlsCredentials> credentials);
    ~SocketTransport() override;

    std::size_t read(std::span<char> buffer) override;
    void write(std::string_view bytes, bool secret) override;
    void start_tls() override;
    [[nodiscard]] bool is_protected() const override { return tls_ != nullptr; }
    [[nodiscard]] const Traffic& traffic() const override { return traffic_; }
    [[nodiscard]] std::vector<std::string> wire_log() const override { return log_.lines(); }
    void blank(std::string_view secret_text) override { log_.blank(secret_text); }
    void close() noexcept override;

private:
    void require_open() const;
    void count_flight();

    ConnectOptions options_;
    std::shared_ptr<const TlsCredentials> credentials_;
    Socket socket_;
    std::unique_ptr<TlsSession> tls_; ///< only a verified session; destroyed before the socket
    Traffic traffic_;
    bool answer_awaited_ = true; ///< the next wait begins a round trip: nothing was read since the last write
    WireLog log_;
};

} // namespace mailquotad::net
