// A TLS session over a socket: verified within the handshake, every wait against one absolute deadline.
#pragma once

#include "core/endpoint.h"
#include "net/tls_trust.h"
#include "os/deadline.h"

#include <cstddef>
#include <exception>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include <sys/types.h>

struct gnutls_session_int;

namespace mailquotad::net {

/// Skin for gnutls_session_t over a non-blocking socket that somebody else owns. TLS 1.2 or newer, server name sent
/// (not for IP addresses), no resumption. Stays where it is: the library keeps its address.
class TlsSession {
public:
    /// `socket` must stay open as long as this object. Throws NetError.
    TlsSession(int socket, const std::string& host, const Trust& trust,
               std::shared_ptr<const TlsCredentials> credentials);
    ~TlsSession();
    TlsSession(const TlsSession&) = delete;
    TlsSession& operator=(const TlsSession&) = delete;

    /// Returns once the server was verified; until then no application byte is sent. Throws NetError: tls with the
    /// reason, connect for a broken connection, timeout.
    void handshake(const os::Deadline& deadline);

    /// Reads at least one byte; 0 at the end of the stream, whether it was announced or not. Throws NetError.
    std::size_t read(std::span<char> buffer, const os::Deadline& deadline);

    /// Writes everything. Throws NetError.
    void write(std::string_view bytes, const os::Deadline& deadline);

    /// Whether read() would give bytes without asking the socket.
    [[nodiscard]] bool has_buffered() const;

    /// "TLS1.3"; only after the handshake.
    [[nodiscard]] std::string version() const;

    /// What a handshake of this version costs.
    [[nodiscard]] int handshake_round_trips() const;

    /// Whether the handshake ended with a message of the server, as TLS 1.2's does: what it says next comes along.
    [[nodiscard]] bool server_speaks_last() const;

    /// Announces the end to the peer, as far as that goes without waiting.
    void bye() noexcept;

private:
    struct Callbacks; ///< what the library calls

    [[noreturn]] void fail(int code, std::string_view doing) const;
    [[noreturn]] void fail_handshake(int code) const;
    [[nodiscard]] std::string first_words() const;
    void wait(const os::Deadline& deadline, std::string_view doing) const;
    void verify();
    ssize_t noted(ssize_t size) noexcept;

    gnutls_session_int* session_ = nullptr;
    int socket_;
    std::string host_; ///< as it must stand in the certificate
    Trust trust_;
    std::shared_ptr<const TlsCredentials> credentials_;
    std::string first_bytes_;             ///< of the server, to tell a server that does not speak TLS
    std::optional<std::string> distrust_; ///< why the certificate was not accepted
    std::exception_ptr verify_error_;     ///< exceptions must not fly through C code
    bool verified_ = false;
    bool ended_ = false;
    int socket_error_ = 0; ///< errno of the last failed read or write of the socket
};

} // namespace mailquotad::net
