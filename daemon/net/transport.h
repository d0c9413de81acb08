// A byte stream to a server under IMAP, POP3 and SMTP alike: TLS verified, one deadline, bounded, logged with
// secrets blanked. A port: tests drive the real session code over an in-memory script.
#pragma once

#include "core/endpoint.h"
#include "core/measurement.h"
#include "os/deadline.h"

#include <cstddef>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace mailquotad::net {

/// A conversation with a server failed; caught at the edge of a probe or a delivery and made a value there.
class NetError : public std::runtime_error {
public:
    NetError(FailureKind kind, const std::string& detail) : std::runtime_error(detail), kind_(kind) {}
    [[nodiscard]] FailureKind kind() const { return kind_; }

private:
    FailureKind kind_;
};

/// What crossed the wire so far.
struct Traffic {
    int round_trips = 0;         ///< TCP connect, each TLS flight pair, and every wait for an answer after a write
    std::int64_t bytes_sent = 0; ///< application bytes
    std::int64_t bytes_received = 0;
    std::string tls_version; ///< "TLS1.3"; empty without TLS
};

class Transport {
public:
    virtual ~Transport() = default;

    /// Reads at least one byte into `buffer`; 0 at the end of the stream. Throws NetError: timeout when the deadline
    /// has passed, limit when more than the allowed total was received, tls, connect for a broken connection.
    virtual std::size_t read(std::span<char> buffer) = 0;

    /// Writes everything. `secret`: the wire log gets "[n secret bytes]" instead of the text. Throws NetError as
    /// read().
    virtual void write(std::string_view bytes, bool secret = false) = 0;

    /// Upgrades a plain connection after the server's OK: verifies the certificate before it returns. Throws NetError
    /// tls. The caller has made sure that nothing was received after the OK.
    virtual void start_tls() = 0;

    /// True once the peer was verified.
    [[nodiscard]] virtual bool is_protected() const = 0;

    [[nodiscard]] virtual const Traffic& traffic() const = 0;

    /// Lines of the conversation, "C: …" and "S: …", secrets blanked, at most a few hundred, each cut at 500 bytes.
    [[nodiscard]] virtual std::vector<std::string> wire_log() const = 0;

    /// From now on this text is blanked in the wire log wherever it appears, also base64-encoded.
    virtual void blank(std::string_view secret_text) = 0;

    /// Ends the connection without waiting for the peer. Never throws; a second call does nothing.
    virtual void close() noexcept = 0;
};

struct ConnectOptions {
    Endpoint endpoint;
    Trust trust;
    os::Deadline deadline;
    std::int64_t max_total_bytes = 256LL << 20; ///< received over the whole conversation
};

/// Makes transports: TCP (IPv6 and IPv4 side by side, RFC 8305) and, for TlsMode::implicit, TLS with chain, host
/// name and date verified or a pin matched. The real one is in net/connect.h, a scripted one in tests/fakes.
class Connector {
public:
    virtual ~Connector() = default;
    /// Throws NetError: dns, connect, tls, timeout. On a pin mismatch the detail names the new pin.
    virtual std::unique_ptr<Transport> connect(const ConnectOptions& options) = 0;
};

} // namespace mailquotad::net
