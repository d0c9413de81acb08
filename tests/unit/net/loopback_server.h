// A real TCP server on loopback in a thread of the test, which plays good and bad mail servers, with TLS by GnuTLS.
#pragma once

#include "unit/net/test_ca.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

namespace mailquotad::tests {

/// One accepted connection as the server sees it. All calls give up after a while, so no test can hang for ever.
class Peer {
public:
    explicit Peer(int descriptor);
    ~Peer();
    Peer(const Peer&) = delete;
    Peer& operator=(const Peer&) = delete;

    /// Server side of a handshake. False where it failed; `priority` is GnuTLS's.
    bool start_tls(const Identity& identity, const char* priority = "NORMAL");

    /// Sends all, by TLS where that is up. False when the client has gone.
    bool write(std::string_view bytes);

    /// Some bytes; empty when the client has gone.
    std::string read();

    /// Up to and without CRLF.
    std::string read_line();

    /// Reads until the client has gone; all that came, also what read_line had left.
    std::string read_to_end();

    /// Bytes without TLS; reads nothing more than asked.
    std::string read_raw(std::size_t size);

    /// Whether the client is still there after this time, in which it may say what it likes.
    bool stays_for(std::chrono::milliseconds time);

    /// The connection ends without a word: by FIN, or by RST.
    void hang_up();
    void reset();

    /// What the client asked for by SNI; empty for nothing.
    [[nodiscard]] std::string server_name() const;

private:
    struct Tls;
    int descriptor_;
    std::unique_ptr<Tls> tls_;
    std::string buffered_;
};

/// Accepts one connection after the other on 127.0.0.1 and gives each to the handler, until destroyed.
class LoopbackServer {
public:
    explicit LoopbackServer(std::function<void(Peer&)> handler);
    ~LoopbackServer() { stop(); }
    LoopbackServer(const LoopbackServer&) = delete;
    LoopbackServer& operator=(const LoopbackServer&) = delete;

    [[nodiscard]] std::uint16_t port() const { return port_; }

    /// Ends the current connection and the thread. What the handler wrote down may be read after this.
    void stop();

private:
    void run();

    std::function<void(Peer&)> handler_;
    int listener_ = -1;
    std::uint16_t port_ = 0;
    std::mutex mutex_;
    int current_ = -1; ///< the connection being served
    bool stopping_ = false;
    std::thread thread_;
};

/// A port on 127.0.0.1 where nobody listens, reserved as long as this lives.
class RefusingPort {
public:
    RefusingPort();
    ~RefusingPort();
    RefusingPort(const RefusingPort&) = delete;
    RefusingPort& operator=(const RefusingPort&) = delete;
    [[nodiscard]] std::uint16_t port() const { return port_; }

private:
    int descriptor_ = -1;
    std::uint16_t port_ = 0;
};

/// A port on 127.0.0.1 that answers no connect: neither accepts nor refuses, like a host behind a firewall.
class SilentPort {
public:
    SilentPort();
    ~SilentPort();
    SilentPort(const SilentPort&) = delete;
    SilentPort& operator=(const SilentPort&) = delete;
    [[nodiscard]] std::uint16_t port() const { return port_; }

private:
    int listener_ = -1;
    std::uint16_t port_ = 0;
    std::vector<int> fillers_; ///< connections that keep the queue full
};

} // namespace mailquotad::tests
