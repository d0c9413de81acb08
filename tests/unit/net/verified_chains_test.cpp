// What was verified is not verified again, and nothing else passes for it.
#include "catch.h"

#include "net/happy_eyeballs.h"
#include "net/socket_transport.h"
#include "net/verified_chains.h"
#include "unit/net/loopback_server.h"
#include "unit/net/net_test_tools.h"

#include <filesystem>
#include <fstream>

using namespace mailquotad;
using namespace mailquotad::tests;
using net::Validity;
using net::VerifiedChains;

namespace {

const Time kNoon{std::chrono::sys_days{std::chrono::year{2026} / 11 / 22} + std::chrono::hours(12)};
const Validity kThisMonth{.from = kNoon - Days(10), .until = kNoon + Days(20)};

/// Greets over TLS.
struct Greeter {
    explicit Greeter(const Identity& identity)
        : server([identity](Peer& peer) {
              if (peer.start_tls(identity) && peer.write("* OK ready\r\n"))
                  peer.read_to_end();
          }) {}
    LoopbackServer server;
};

FailureKind connect(net::Connector& connector, const net::ConnectOptions& options) {
    return caught([&] { read_line(*connector.connect(options)); }).kind;
}

constexpr FailureKind kNone = FailureKind::credential; // see Caught

} // namespace

TEST_CASE("a verified chain is remembered for an hour") {
    VerifiedChains chains;
    CHECK_FALSE(chains.contains("a", kNoon));
    chains.add("a", kThisMonth, kNoon);
    CHECK(chains.contains("a", kNoon));
    CHECK(chains.contains("a", kNoon + Seconds(3599)));
    CHECK_FALSE(chains.contains("b", kNoon));
    CHECK_FALSE(chains.contains("a", kNoon + Seconds(3600)));
    CHECK(chains.size() == 0);
}

TEST_CASE("a verified chain is forgotten when a certificate expires or the clock is set back") {
    VerifiedChains chains;
    Validity validity = kThisMonth;
    validity.narrow(kNoon - Days(1), kNoon + Seconds(60));
    validity.narrow(kNoon - Days(5), kNoon + Days(5));
    CHECK(validity.from == kNoon - Days(1));
    chains.add("a", validity, kNoon);
    CHECK(chains.contains("a", kNoon + Seconds(60)));
    CHECK_FALSE(chains.contains("a", kNoon + Seconds(61)));
    chains.add("a", validity, kNoon);
    CHECK_FALSE(chains.contains("a", kNoon - Seconds(1)));
}

TEST_CASE("of very many chains the oldest are forgotten") {
    VerifiedChains chains;
    for (int i = 0; i < 1000; ++i)
        chains.add(std::to_string(i), kThisMonth, kNoon + Seconds(i));
    CHECK(chains.size() == VerifiedChains::kMost);
    CHECK(chains.contains("999", kNoon + Seconds(1000)));
    CHECK_FALSE(chains.contains("0", kNoon + Seconds(1000)));
}

TEST_CASE("a chain that was good is remembered with its CAs, once for each host") {
    const TestCa ca;
    const Greeter greeter(ca.issue({.dns = {"localhost"}, .ips = {"127.0.0.1"}}));
    net::CaStore store;
    const auto credentials = store.credentials({.ca_file = ca.file(), .pins = {}});
    const auto shake_hands = [&](const std::string& host) {
        const auto options = options_for(greeter.server.port(), TlsMode::implicit, ca.file(), host);
        auto connected = net::connect_first(net::resolve(host, options.endpoint.port), options.deadline);
        net::SocketTransport transport(std::move(connected), options, credentials);
        transport.start_tls();
        CHECK(read_line(transport) == "* OK ready\r\n");
    };
    for (const std::string host : {"localhost", "localhost", "127.0.0.1"}) {
        shake_hands(host);
        CHECK_FALSE(credentials->holds_authorities());
    }
    CHECK(credentials->verified().size() == 2);
}

TEST_CASE("what was good for one host is not good for another") {
    const TestCa ca;
    const Greeter greeter(ca.issue({.dns = {"localhost"}}));
    net::TcpConnector connector;
    const auto to = [&](const char* host) {
        return options_for(greeter.server.port(), TlsMode::implicit, ca.file(), host);
    };
    CHECK(connect(connector, to("localhost")) == kNone);
    CHECK(connect(connector, to("127.0.0.1")) == FailureKind::tls);
    CHECK(connect(connector, to("localhost")) == kNone);
}

TEST_CASE("what was good with one CA file is not good with another, nor after the file was changed") {
    const TestCa ca("First");
    const TestCa other("Second");
    const Greeter greeter(ca.issue());
    const std::string file = write_temporary(ca.pem());
    net::TcpConnector connector;
    const auto with = [&](const std::string& ca_file) {
        return connect(connector, options_for(greeter.server.port(), TlsMode::implicit, ca_file));
    };
    CHECK(with(file) == kNone);
    CHECK(with(other.file()) == FailureKind::tls);
    CHECK(with(file) == kNone);
    std::filesystem::rename(write_temporary(other.pem()), file);
    CHECK(with(file) == FailureKind::tls);
    std::filesystem::remove(file);
}

TEST_CASE("a certificate that was good and has expired since is refused") {
    const TestCa ca;
    const Greeter greeter(ca.issue({.valid_until = Seconds(3)}));
    net::TcpConnector connector;
    const auto options = options_for(greeter.server.port(), TlsMode::implicit, ca.file());
    const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    FailureKind kind = connect(connector, options);
    while (kind == kNone && std::chrono::steady_clock::now() < give_up)
        kind = connect(connector, options);
    CHECK(kind == FailureKind::tls);
}

TEST_CASE("another certificate of the same host and CA is verified for itself") {
    const TestCa ca;
    net::TcpConnector connector;
    const Greeter good(ca.issue());
    const Greeter expired(ca.issue({.valid_from = Days(-20), .valid_until = Days(-10)}));
    const auto at = [&](const Greeter& greeter) {
        return connect(connector, options_for(greeter.server.port(), TlsMode::implicit, ca.file()));
    };
    CHECK(at(good) == kNone);
    CHECK(at(expired) == FailureKind::tls);
}
