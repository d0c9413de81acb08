// What the tests of this room share.
#pragma once

#include "net/connect.h"

#include <array>
#include <functional>
#include <string>

namespace mailquotad::tests {

/// A failure as a test compares it; kind `credential`, which no transport throws, stands for "no failure".
struct Caught {
    FailureKind kind = FailureKind::credential;
    std::string detail;
};

inline Caught caught(const std::function<void()>& action) {
    try {
        action();
    } catch (const net::NetError& error) {
        return {.kind = error.kind(), .detail = error.what()};
    }
    return {};
}

inline std::string read_some(net::Transport& transport) {
    std::array<char, 16384> buffer{};
    return {buffer.data(), transport.read(buffer)};
}

inline std::string read_all(net::Transport& transport) {
    std::string out;
    for (std::string more = read_some(transport); !more.empty(); more = read_some(transport)) {
        out += more;
    }
    return out;
}

inline std::string read_line(net::Transport& transport) {
    std::string out;
    char c = 0;
    while (c != '\n' && transport.read({&c, 1}) == 1) {
        out.push_back(c);
    }
    return out;
}

/// Options for a server of the test, with a deadline that only a broken test reaches.
inline net::ConnectOptions options_for(std::uint16_t port, TlsMode mode, const std::string& ca_file = {},
                                       const std::string& host = "localhost") {
    return {.endpoint = {.protocol = Protocol::imap, .tls = mode, .host = host, .port = port},
            .trust = {.ca_file = ca_file, .pins = {}},
            .deadline = os::Deadline::in(std::chrono::seconds{30})};
}

} // namespace mailquotad::tests
