// A client that may say anything to a server on loopback, also what no HTTP library would.
#pragma once

#include <cstdint>
#include <string>

namespace mailquotad::observe {

/// One TCP connection. Everything waits at most ten seconds and fails the test after that.
class RawClient {
public:
    /// Connects to 127.0.0.1, or to ::1.
    explicit RawClient(std::uint16_t port, bool ipv6 = false);
    ~RawClient();
    RawClient(RawClient&& other) noexcept;
    RawClient(const RawClient&) = delete;
    RawClient& operator=(const RawClient&) = delete;

    /// Sends as much as the server takes; false when it closed the connection before all was sent.
    bool send(const std::string& bytes);
    /// Everything up to the end of the connection.
    std::string receive_all();

private:
    int socket_ = -1;
};

/// The whole answer to "GET PATH" with a good Host header.
std::string get(std::uint16_t port, const std::string& path);

} // namespace mailquotad::observe
