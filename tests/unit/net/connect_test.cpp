// Connections against real servers: time, limits, ends, names and addresses.
#include "catch.h"

#include "net/happy_eyeballs.h"
#include "unit/net/loopback_server.h"
#include "unit/net/net_test_tools.h"

#include <cstring>
#include <future>

#include <fcntl.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <unistd.h>

using namespace mailquotad;
using namespace mailquotad::tests;

namespace {

constexpr std::uint16_t kDiscard = 9;

net::Address loopback4(std::uint16_t port) {
    return net::resolve("127.0.0.1", port).front();
}

/// Loopback as an address of the other family: works where the machine has no IPv6 address of its own, too.
net::Address loopback6(std::uint16_t port) {
    return net::resolve("::ffff:127.0.0.1", port).front();
}

std::string greeting_of(const std::vector<net::Address>& addresses) {
    const os::Deadline deadline = os::Deadline::in(std::chrono::seconds{30});
    net::Connected connected = net::connect_first(addresses, deadline);
    std::array<char, 100> buffer{};
    return {buffer.data(), connected.socket.read(buffer, deadline)};
}

} // namespace

TEST_CASE("a plain connection reads, writes and counts round trips") {
    LoopbackServer server([](Peer& peer) {
        peer.write("* OK ready\r\n");
        peer.write("a OK to " + peer.read_line() + "\r\nleft over\r\n");
    });
    net::TcpConnector connector;
    const auto transport = connector.connect(options_for(server.port(), TlsMode::plaintext));
    CHECK(transport->traffic().round_trips == 1);
    CHECK(read_line(*transport) == "* OK ready\r\n");
    transport->write("a ");
    transport->write("NOOP\r\n");
    CHECK(read_line(*transport) == "a OK to a NOOP\r\n");
    CHECK(read_all(*transport) == "left over\r\n");
    CHECK(transport->traffic().round_trips == 3);
    CHECK(transport->traffic().tls_version.empty());
    CHECK(transport->wire_log().at(1) == "S: * OK ready");
}

TEST_CASE("what lies in the TLS buffer already is no round trip") {
    const TestCa ca;
    LoopbackServer server([identity = ca.issue()](Peer& peer) {
        if (peer.start_tls(identity)) {
            peer.write("* OK ready\r\n* more\r\n");
            peer.write(peer.read_line() + "\r\n");
        }
    });
    net::TcpConnector connector;
    const auto transport = connector.connect(options_for(server.port(), TlsMode::implicit, ca.file()));
    read_line(*transport);
    CHECK(transport->traffic().round_trips == 3);
    transport->write("a\r\n");
    CHECK(read_line(*transport) == "* more\r\n");
    CHECK(transport->traffic().round_trips == 3);
    CHECK(read_line(*transport) == "a\r\n");
    CHECK(transport->traffic().round_trips == 4);
}

TEST_CASE("a server that says nothing, or a byte now and then, ends with the one deadline") {
    const TestCa ca;
    const bool drips = GENERATE(true, false);
    const TlsMode mode = GENERATE(TlsMode::implicit, TlsMode::plaintext);
    LoopbackServer server([&, identity = ca.issue()](Peer& peer) {
        if (mode == TlsMode::implicit && !peer.start_tls(identity)) {
            return;
        }
        while (drips && peer.stays_for(std::chrono::milliseconds{50}) && peer.write(".")) {
        }
        peer.read_to_end();
    });
    net::ConnectOptions options = options_for(server.port(), mode, ca.file());
    options.deadline = os::Deadline::in(std::chrono::milliseconds{300});
    net::TcpConnector connector;
    const auto transport = connector.connect(options);
    CHECK(caught([&] { read_all(*transport); }).kind == FailureKind::timeout);
    CHECK(caught([&] { transport->write("too late"); }).kind == FailureKind::timeout);
}

TEST_CASE("a server that takes nothing ends a long write with the deadline") {
    LoopbackServer server([](Peer& peer) {
        while (peer.stays_for(std::chrono::milliseconds{50})) {
        }
    });
    net::ConnectOptions options = options_for(server.port(), TlsMode::plaintext);
    options.deadline = os::Deadline::in(std::chrono::milliseconds{300});
    net::TcpConnector connector;
    const auto transport = connector.connect(options);
    const std::string much(64 << 20, 'x');
    CHECK(caught([&] { transport->write(much); }).kind == FailureKind::timeout);
}

TEST_CASE("endless data ends with the byte limit, in little memory") {
    const TestCa ca;
    const TlsMode mode = GENERATE(TlsMode::implicit, TlsMode::plaintext);
    LoopbackServer server([&, identity = ca.issue()](Peer& peer) {
        const std::string block(65536, ' ');
        if (mode == TlsMode::plaintext || peer.start_tls(identity)) {
            while (peer.write(block)) {
            }
        }
    });
    net::ConnectOptions options = options_for(server.port(), mode, ca.file());
    options.max_total_bytes = 1 << 20;
    net::TcpConnector connector;
    const auto transport = connector.connect(options);
    std::int64_t received = 0;
    CHECK(caught([&] {
              for (;;) {
                  received += static_cast<std::int64_t>(read_some(*transport).size());
              }
          }).kind == FailureKind::limit);
    CHECK(received <= options.max_total_bytes);
    std::size_t logged = 0;
    for (const std::string& line : transport->wire_log()) {
        logged += line.size();
    }
    CHECK(logged < 2000);
}

TEST_CASE("an end without farewell is the end of the stream, and a reset is a lost connection") {
    const TestCa ca;
    const bool resets = GENERATE(true, false);
    LoopbackServer server([&, identity = ca.issue()](Peer& peer) {
        if (peer.start_tls(identity)) {
            peer.write("* OK rea");
            peer.read_line();
            resets ? peer.reset() : peer.hang_up();
        }
    });
    net::TcpConnector connector;
    const auto transport = connector.connect(options_for(server.port(), TlsMode::implicit, ca.file()));
    CHECK(read_some(*transport) == "* OK rea");
    transport->write("go\r\n");
    if (resets) {
        CHECK(caught([&] { read_some(*transport); }).kind == FailureKind::connect);
    } else {
        CHECK(read_some(*transport).empty());
        CHECK(read_some(*transport).empty());
    }
}

TEST_CASE("a closed connection refuses to read and write, and closing twice does nothing") {
    LoopbackServer server([](Peer& peer) { peer.read_to_end(); });
    net::TcpConnector connector;
    const auto transport = connector.connect(options_for(server.port(), TlsMode::plaintext));
    transport->close();
    transport->close();
    CHECK(caught([&] { read_some(*transport); }).kind == FailureKind::connect);
    CHECK(caught([&] { transport->write("x"); }).kind == FailureKind::connect);
}

TEST_CASE("writing to a server that has gone raises no signal") {
    std::promise<void> gone;
    LoopbackServer server([&](Peer& peer) {
        peer.read_raw(1);
        peer.reset();
        gone.set_value();
    });
    net::TcpConnector connector;
    const auto transport = connector.connect(options_for(server.port(), TlsMode::plaintext));
    transport->write("x");
    gone.get_future().wait();
    CHECK(caught([&] {
              for (int i = 0; i < 1'000'000; ++i) {
                  transport->write("x");
              }
          }).kind == FailureKind::connect);
}

TEST_CASE("another thread ends a read that waits") {
    const TestCa ca;
    os::Cancellation cancellation;
    LoopbackServer server([&, identity = ca.issue()](Peer& peer) {
        peer.start_tls(identity);
        peer.read_line();
        cancellation.cancel();
        peer.read_to_end();
    });
    net::ConnectOptions options = options_for(server.port(), TlsMode::implicit, ca.file());
    options.deadline.cancellation = &cancellation;
    net::TcpConnector connector;
    const auto transport = connector.connect(options);
    transport->write("I wait now\r\n");
    const Caught failure = caught([&] { read_some(*transport); });
    CHECK(failure.kind == FailureKind::timeout);
    CHECK_THAT(failure.detail, ContainsSubstring("stopped"));
    CHECK(caught([&] { connector.connect(options); }).kind == FailureKind::timeout);
}

TEST_CASE("a connect that nobody answers is ended by another thread, or by the deadline") {
    const SilentPort silent;
    os::Cancellation cancellation;
    net::ConnectOptions options = options_for(silent.port(), TlsMode::plaintext, {}, "127.0.0.1");
    options.deadline.cancellation = &cancellation;
    net::TcpConnector connector;
    auto ended = std::async(std::launch::async, [&] { return caught([&] { connector.connect(options); }); });
    cancellation.cancel();
    CHECK(ended.get().kind == FailureKind::timeout);
    options.deadline = os::Deadline::in(std::chrono::milliseconds{100});
    CHECK(caught([&] { connector.connect(options); }).kind == FailureKind::timeout);
}

TEST_CASE("of two families the one that answers wins, whether the other refuses or is silent") {
    LoopbackServer server([](Peer& peer) { peer.write("hello"); });
    const RefusingPort refusing;
    const SilentPort silent;
    CHECK(greeting_of({loopback6(refusing.port()), loopback4(server.port())}) == "hello");
    CHECK(greeting_of({loopback4(refusing.port()), loopback6(server.port())}) == "hello");
    CHECK(greeting_of({loopback6(silent.port()), loopback4(server.port())}) == "hello");
    CHECK(greeting_of({loopback4(silent.port()), loopback6(server.port())}) == "hello");
    CHECK(greeting_of({loopback6(refusing.port()), loopback6(silent.port()), loopback4(server.port())}) == "hello");
}

TEST_CASE("when nobody answers each address is named with its reason") {
    const RefusingPort one;
    const RefusingPort two;
    const Caught failure = caught([&] { greeting_of({loopback6(one.port()), loopback4(two.port())}); });
    CHECK(failure.kind == FailureKind::connect);
    CHECK_THAT(failure.detail,
               ContainsSubstring("[::ffff:127.0.0.1]:" + std::to_string(one.port()) + ": Connection refused"));
    CHECK_THAT(failure.detail, ContainsSubstring("127.0.0.1:" + std::to_string(two.port()) + ": Connection refused"));
}

TEST_CASE("a port where nobody listens is a failure to connect") {
    const RefusingPort refusing;
    net::TcpConnector connector;
    CHECK(caught([&] { connector.connect(options_for(refusing.port(), TlsMode::plaintext, {}, "127.0.0.1")); }).kind ==
          FailureKind::connect);
}

TEST_CASE("a name that cannot exist is a failure of the name lookup") {
    const std::string label(64, 'x'); // RFC 1035 allows 63
    const Caught failure = caught([&] { net::resolve(label + ".example", kDiscard); });
    CHECK(failure.kind == FailureKind::dns);
    CHECK_THAT(failure.detail, ContainsSubstring(label));
}

TEST_CASE("addresses are written as people write them, and told from names") {
    CHECK(net::resolve("192.0.2.7", 993).front().text() == "192.0.2.7:993");
    CHECK(net::resolve("2001:db8::7", 993).front().text() == "[2001:db8::7]:993");
    CHECK(net::is_ip_address("192.0.2.7"));
    CHECK(net::is_ip_address("fe80::1%eth0"));
    CHECK_FALSE(net::is_ip_address("mail.example"));
    CHECK_FALSE(net::is_ip_address("1.2.3"));
}

TEST_CASE("a process with more than 1100 open descriptors still connects") {
    rlimit limit{};
    REQUIRE(::getrlimit(RLIMIT_NOFILE, &limit) == 0);
    const rlimit raised{.rlim_cur = std::min<rlim_t>(limit.rlim_max, 4096), .rlim_max = limit.rlim_max};
    REQUIRE(::setrlimit(RLIMIT_NOFILE, &raised) == 0);
    std::vector<int> open;
    while (open.empty() || open.back() < 1200) {
        open.push_back(::open("/dev/null", O_RDONLY | O_CLOEXEC));
        REQUIRE(open.back() >= 0);
    }
    const TestCa ca;
    LoopbackServer server([identity = ca.issue()](Peer& peer) {
        if (peer.start_tls(identity)) {
            peer.write("* OK ready\r\n");
            peer.read_to_end();
        }
    });
    net::TcpConnector connector;
    CHECK(read_line(*connector.connect(options_for(server.port(), TlsMode::implicit, ca.file()))) == "* OK ready\r\n");
    for (const int descriptor : open) {
        ::close(descriptor);
    }
    CHECK(::setrlimit(RLIMIT_NOFILE, &limit) == 0);
}

TEST_CASE("the wire log of a connection blanks what was told to be secret") {
    const TestCa ca;
    LoopbackServer server([identity = ca.issue()](Peer& peer) {
        if (peer.start_tls(identity)) {
            peer.write("* OK ready\r\n");
            const std::string line = peer.read_line();
            peer.write("a NO you said " + line + " which decodes to AGtpbQBodW50ZXIyIQ==\r\n");
        }
    });
    net::TcpConnector connector;
    const auto transport = connector.connect(options_for(server.port(), TlsMode::implicit, ca.file()));
    transport->blank("hunter2!");
    read_line(*transport);
    transport->write("a LOGIN kim hunter2!\r\n", true);
    read_line(*transport);
    const std::vector<std::string> log = transport->wire_log();
    REQUIRE(log.size() == 5);
    CHECK_THAT(log[0], ContainsSubstring("-- connected to "));
    CHECK(log[1] == "-- TLS1.3 with localhost");
    CHECK(log[3] == "C: [22 secret bytes]");
    CHECK(log[4] == "S: a NO you said a LOGIN kim [secret] which decodes to [secret]");
}
