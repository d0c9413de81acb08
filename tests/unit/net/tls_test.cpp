// TLS against real servers: who is trusted, who is not, and what the webmaster is told.
#include "catch.h"

#include "net/happy_eyeballs.h"
#include "net/tls.h"
#include "unit/net/loopback_server.h"
#include "unit/net/net_test_tools.h"

using namespace mailquotad;
using namespace mailquotad::tests;

namespace {

/// Greets after the handshake and keeps what the client says afterwards.
class TlsServer {
public:
    explicit TlsServer(Identity identity, const char* priority = "NORMAL")
        : identity_(std::move(identity)), priority_(priority), server_([this](Peer& peer) { serve(peer); }) {}

    [[nodiscard]] std::uint16_t port() const { return server_.port(); }
    [[nodiscard]] const Identity& identity() const { return identity_; }
    /// Application bytes of all clients so far; the server has ended then.
    const std::string& heard() {
        server_.stop();
        return heard_;
    }
    const std::string& server_name() {
        server_.stop();
        return server_name_;
    }

private:
    void serve(Peer& peer) {
        if (peer.start_tls(identity_, priority_)) {
            server_name_ = peer.server_name();
            peer.write("* OK ready\r\n");
            heard_ += peer.read_to_end();
        }
    }

    Identity identity_;
    const char* priority_;
    std::string heard_;
    std::string server_name_;
    LoopbackServer server_;
};

/// Greets in plain text, is asked for TLS once, and answers one line within it.
class StarttlsServer {
public:
    explicit StarttlsServer(Identity identity)
        : identity_(std::move(identity)), server_([this](Peer& peer) { serve(peer); }) {}

    [[nodiscard]] std::uint16_t port() const { return server_.port(); }
    /// Lines of the client, each with a bar behind, and what came after.
    const std::string& heard() {
        server_.stop();
        return heard_;
    }

private:
    void serve(Peer& peer) {
        peer.write("* OK ready\r\n");
        heard_ += peer.read_line() + "|";
        peer.write("a OK begin\r\n");
        if (peer.start_tls(identity_)) {
            heard_ += peer.read_line() + "|";
            peer.write("b OK in\r\n");
        }
        heard_ += peer.read_to_end();
    }

    Identity identity_;
    std::string heard_;
    LoopbackServer server_;
};

void ask_for_tls(net::Transport& transport) {
    CHECK(read_line(transport) == "* OK ready\r\n");
    transport.write("a STARTTLS\r\n");
    CHECK(read_line(transport) == "a OK begin\r\n");
}

/// Connects, and would send a password at once if the connector let it.
Caught connect_and_login(const net::ConnectOptions& options) {
    net::TcpConnector connector;
    return caught([&] {
        const auto transport = connector.connect(options);
        transport->write("a LOGIN kim password\r\n", true);
        read_line(*transport);
    });
}

void check_refused(TlsServer& server, const net::ConnectOptions& options, const std::vector<std::string>& told) {
    const Caught failure = connect_and_login(options);
    CHECK(failure.kind == FailureKind::tls);
    for (const std::string& text : told) {
        CHECK_THAT(failure.detail, ContainsSubstring(text));
    }
    CHECK(server.heard().empty());
}

net::ConnectOptions pinned(std::uint16_t port, std::vector<std::string> pins) {
    net::ConnectOptions options = options_for(port, TlsMode::implicit);
    options.trust.pins = std::move(pins);
    return options;
}

} // namespace

TEST_CASE("a server with a good certificate is connected by TLS 1.3 or 1.2, and the round trips are counted") {
    const TestCa ca;
    const bool tls13 = GENERATE(true, false);
    TlsServer server(ca.issue(), tls13 ? "NORMAL" : "NORMAL:-VERS-ALL:+VERS-TLS1.2");
    net::TcpConnector connector;
    const auto transport = connector.connect(options_for(server.port(), TlsMode::implicit, ca.file()));
    CHECK(transport->is_protected());
    CHECK(transport->traffic().tls_version == (tls13 ? "TLS1.3" : "TLS1.2"));
    CHECK(transport->traffic().round_trips == (tls13 ? 2 : 3));
    CHECK(read_line(*transport) == "* OK ready\r\n");
    CHECK(transport->traffic().round_trips == 3);
    CHECK(transport->traffic().bytes_received == 12);
    transport->write("a NOOP\r\n");
    CHECK(transport->traffic().bytes_sent == 8);
    transport->close();
    CHECK(server.heard() == "a NOOP\r\n");
    CHECK(server.server_name() == "localhost");
}

TEST_CASE("a client that only speaks what is safe tells a server of TLS 1.0 or 1.1 so") {
    const TestCa ca;
    TlsServer server(ca.issue(), GENERATE("NORMAL:-VERS-ALL:+VERS-TLS1.0", "NORMAL:-VERS-ALL:+VERS-TLS1.1"));
    check_refused(server, options_for(server.port(), TlsMode::implicit, ca.file()), {"older than 1.2"});
}

TEST_CASE("a certificate for another host is refused, and its names are told") {
    const TestCa ca;
    TlsServer server(ca.issue({.dns = {"mail.example", "imap.example"}}));
    check_refused(server, options_for(server.port(), TlsMode::implicit, ca.file()),
                  {"mail.example, imap.example", "not for localhost", server.identity().pin});
}

TEST_CASE("an expired certificate is refused, and the day is told") {
    const TestCa ca;
    TlsServer server(ca.issue({.valid_from = Days{-20}, .valid_until = Days{-10}}));
    const auto day = std::chrono::floor<Days>(std::chrono::system_clock::now()) - Days{10};
    check_refused(server, options_for(server.port(), TlsMode::implicit, ca.file()),
                  {"expired on " + format_date(day), server.identity().pin});
}

TEST_CASE("a certificate that is not valid yet is refused") {
    const TestCa ca;
    TlsServer server(ca.issue({.valid_from = Days{5}}));
    check_refused(server, options_for(server.port(), TlsMode::implicit, ca.file()), {"valid only from"});
}

TEST_CASE("a certificate of an unknown CA is refused, and ca_file and the pin are offered") {
    const TestCa unknown("Another CA");
    const TestCa ca;
    TlsServer server(unknown.issue());
    check_refused(server, options_for(server.port(), TlsMode::implicit, ca.file()),
                  {"not among", "CN=Another CA", "ca_file", "pin = \"" + server.identity().pin + "\""});
}

TEST_CASE("without a CA file the CAs of the system decide, and they do not know a test's CA") {
    const TestCa ca;
    TlsServer server(ca.issue());
    check_refused(server, options_for(server.port(), TlsMode::implicit), {"ca_file"});
}

TEST_CASE("a self-signed certificate is refused, and called so") {
    const TestCa ca;
    TlsServer server(TestCa::self_signed());
    check_refused(server, options_for(server.port(), TlsMode::implicit, ca.file()), {"self-signed", "ca_file"});
}

TEST_CASE("all faults of a certificate are told at once, on one line without control characters") {
    const TestCa ca;
    TlsServer server(TestCa::self_signed({.dns = {"ev\x1bil\n.example"}, .valid_until = Days{-1}}));
    const Caught failure = connect_and_login(options_for(server.port(), TlsMode::implicit, ca.file()));
    CHECK_THAT(failure.detail, ContainsSubstring("not for localhost") && ContainsSubstring("expired on") &&
                                   ContainsSubstring("self-signed"));
    CHECK(failure.detail.find_first_of("\x1b\n") == std::string::npos);
}

TEST_CASE("an IP address is looked for among the IP addresses of the certificate, and not sent as a name") {
    const TestCa ca;
    TlsServer good(ca.issue({.dns = {}, .ips = {"127.0.0.1"}}));
    CHECK(connect_and_login(options_for(good.port(), TlsMode::implicit, ca.file(), "127.0.0.1")).detail.empty());
    CHECK(good.server_name().empty());
    TlsServer bad(ca.issue({.dns = {"127.0.0.1"}, .common_name = "127.0.0.1"}));
    check_refused(bad, options_for(bad.port(), TlsMode::implicit, ca.file(), "127.0.0.1"), {"not for 127.0.0.1"});
}

TEST_CASE("a host written with a final dot is verified and named without it") {
    const TestCa ca;
    TlsServer server(ca.issue());
    net::CaStore store;
    const Trust trust{.ca_file = ca.file(), .pins = {}};
    const os::Deadline deadline = os::Deadline::in(std::chrono::seconds{30});
    const net::Connected connected = net::connect_first(net::resolve("127.0.0.1", server.port()), deadline);
    net::TlsSession session(connected.socket.descriptor(), "localhost.", trust, store.credentials(trust));
    session.handshake(deadline);
    session.bye();
    CHECK(server.heard().empty());
    CHECK(server.server_name() == "localhost");
}

TEST_CASE("a pin that matches replaces chain, name and date") {
    TlsServer server(
        TestCa::self_signed({.dns = {"elsewhere.example"}, .valid_from = Days{-9}, .valid_until = Days{-5}}));
    const std::string pin = server.identity().pin;
    const std::string other = "sha256//AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
    CHECK(connect_and_login(pinned(server.port(), {pin})).detail.empty());
    CHECK(connect_and_login(pinned(server.port(), {other, pin})).detail.empty());
    CHECK(connect_and_login(pinned(server.port(), {pin.substr(0, pin.size() - 1)})).detail.empty()); // no padding
}

TEST_CASE("a pin that does not match refuses even a good certificate, and the new pin is told") {
    const TestCa ca;
    TlsServer server(ca.issue());
    net::ConnectOptions options = pinned(server.port(), {"sha256//AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="});
    options.trust.ca_file = ca.file();
    check_refused(server, options, {server.identity().pin, "compare it by another way"});
}

TEST_CASE("a server that closes in the handshake is a TLS failure, one that resets a lost connection") {
    LoopbackServer closing([](Peer& peer) {
        const std::string header = peer.read_raw(5); // type, version, length of the first record
        peer.read_raw(static_cast<std::size_t>(static_cast<unsigned char>(header[3]) << 8) +
                      static_cast<unsigned char>(header[4]));
        peer.hang_up();
    });
    const Caught closed = connect_and_login(options_for(closing.port(), TlsMode::implicit));
    CHECK(closed.kind == FailureKind::tls);
    CHECK_THAT(closed.detail, ContainsSubstring("closed the connection"));
    LoopbackServer resetting([](Peer& peer) {
        peer.read_raw(5);
        peer.reset();
    });
    CHECK(connect_and_login(options_for(resetting.port(), TlsMode::implicit)).kind == FailureKind::connect);
}

TEST_CASE("a server that does not speak TLS on the port is told from one with a bad certificate") {
    LoopbackServer server([](Peer& peer) {
        peer.write("* OK [CAPABILITY IMAP4rev1 STARTTLS] ready\r\n");
        peer.read_to_end();
    });
    const Caught failure = connect_and_login(options_for(server.port(), TlsMode::implicit));
    CHECK(failure.kind == FailureKind::tls);
    CHECK_THAT(failure.detail, ContainsSubstring("does not speak TLS here, it said: * OK [CAPABILITY"));
}

TEST_CASE("a server that says nothing in the handshake ends with the deadline") {
    LoopbackServer server([](Peer& peer) { peer.read_to_end(); });
    net::ConnectOptions options = options_for(server.port(), TlsMode::implicit);
    options.deadline = os::Deadline::in(std::chrono::milliseconds{150});
    CHECK(connect_and_login(options).kind == FailureKind::timeout);
}

TEST_CASE("STARTTLS upgrades a plain connection to a verified one") {
    const TestCa ca;
    StarttlsServer server(ca.issue());
    net::TcpConnector connector;
    const auto transport = connector.connect(options_for(server.port(), TlsMode::starttls, ca.file()));
    CHECK_FALSE(transport->is_protected());
    ask_for_tls(*transport);
    transport->start_tls();
    CHECK(transport->is_protected());
    transport->write("b LOGIN kim password\r\n", true);
    CHECK(read_line(*transport) == "b OK in\r\n");
    CHECK(transport->traffic().round_trips == 5);
    transport->close();
    CHECK(server.heard() == "a STARTTLS|b LOGIN kim password|");
}

TEST_CASE("after a failed STARTTLS no password goes out, even if the caller does not care") {
    const TestCa ca;
    StarttlsServer server(TestCa::self_signed());
    net::TcpConnector connector;
    const auto transport = connector.connect(options_for(server.port(), TlsMode::starttls, ca.file()));
    ask_for_tls(*transport);
    CHECK(caught([&] { transport->start_tls(); }).kind == FailureKind::tls);
    CHECK_FALSE(transport->is_protected());
    CHECK(caught([&] { transport->write("b LOGIN kim password\r\n", true); }).kind == FailureKind::connect);
    CHECK_THAT(server.heard(), !ContainsSubstring("password"));
}

TEST_CASE("text that a server slips in before the handshake of STARTTLS ends the connection") {
    const TestCa ca;
    LoopbackServer server([identity = ca.issue()](Peer& peer) {
        peer.read_line();
        peer.write("a OK begin\r\n* CAPABILITY AUTH=PLAIN\r\n");
        peer.start_tls(identity);
    });
    net::TcpConnector connector;
    const auto transport = connector.connect(options_for(server.port(), TlsMode::starttls, ca.file()));
    transport->write("a STARTTLS\r\n");
    CHECK(read_line(*transport) == "a OK begin\r\n");
    CHECK(caught([&] { transport->start_tls(); }).kind == FailureKind::tls);
}

TEST_CASE("TLS is never started where it was not asked for, nor twice") {
    const TestCa ca;
    TlsServer server(ca.issue());
    net::TcpConnector connector;
    const auto plain = connector.connect(options_for(server.port(), TlsMode::plaintext));
    CHECK(caught([&] { plain->start_tls(); }).kind == FailureKind::internal);
    plain->close();
    const auto twice = connector.connect(options_for(server.port(), TlsMode::implicit, ca.file()));
    CHECK(caught([&] { twice->start_tls(); }).kind == FailureKind::internal);
}
