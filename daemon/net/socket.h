// A connected, non-blocking TCP socket, and waiting for descriptors against one absolute deadline.
#pragma once

#include "os/deadline.h"

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace mailquotad::net {

/// Owns a socket's descriptor. Move-only.
class Socket {
public:
    Socket() = default;
    explicit Socket(int descriptor) : descriptor_(descriptor) {}
    Socket(Socket&& other) noexcept : descriptor_(other.release()) {}
    Socket& operator=(Socket&& other) noexcept;
    ~Socket() { close(); }

    [[nodiscard]] int descriptor() const { return descriptor_; }
    [[nodiscard]] bool is_open() const { return descriptor_ >= 0; }

    /// Gives the descriptor away.
    int release() noexcept;
    void close() noexcept;

    /// Reads at least one byte; 0 at the end of the stream. Throws NetError connect or timeout.
    std::size_t read(std::span<char> buffer, const os::Deadline& deadline);

    /// Writes everything, never raises SIGPIPE. Throws NetError connect or timeout.
    void write(std::string_view bytes, const os::Deadline& deadline);

private:
    int descriptor_ = -1;
};

/// Waits until the descriptor is ready for `events` of poll() or has an error. Throws NetError timeout when the
/// deadline passes or is cancelled first; `doing` says what for: "reading".
void wait_for(int descriptor, short events, const os::Deadline& deadline, std::string_view doing);

/// Throws NetError timeout if the deadline has passed or was cancelled.
void require_time(const os::Deadline& deadline, std::string_view doing);

/// "Connection refused" for ECONNREFUSED. Thread-safe.
[[nodiscard]] std::string error_text(int error_number);

} // namespace mailquotad::net
