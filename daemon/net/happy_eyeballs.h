// Name lookup and TCP connect, IPv6 and IPv4 side by side (RFC 8305): a dead address costs a quarter of a second.
#pragma once

#include "net/socket.h"
#include "os/deadline.h"

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include <sys/socket.h>

namespace mailquotad::net {

/// A socket address of IPv6 or IPv4.
struct Address {
    sockaddr_storage storage{};
    socklen_t size = 0;

    [[nodiscard]] int family() const { return storage.ss_family; }
    /// "192.0.2.1:993" or "[2001:db8::1]:993".
    [[nodiscard]] std::string text() const;
};

/// How long an attempt has the field for itself before the next begins (RFC 8305 section 5).
inline constexpr std::chrono::milliseconds kConnectStagger{250};

/// Looks a name up, or takes an IP address as it is; the addresses come in the order in which to try them, families
/// by turns (RFC 8305 section 4). Blocks for as long as getaddrinfo does: it has no deadline. Throws NetError dns.
std::vector<Address> resolve(const std::string& host, std::uint16_t port);

/// A connected socket, and to which of the addresses.
struct Connected {
    Socket socket;
    std::string peer;
};

/// Connects to the first address that answers. A further attempt begins after the stagger, or at once when one has
/// failed. The socket is non-blocking, close-on-exec and without Nagle's delay. Throws NetError connect naming what
/// happened to each address, or timeout.
Connected connect_first(const std::vector<Address>& addresses, const os::Deadline& deadline);

/// Whether the host is an IP address rather than a name.
bool is_ip_address(const std::string& host);

} // namespace mailquotad::net
