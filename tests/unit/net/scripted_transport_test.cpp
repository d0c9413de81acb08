#include "catch.h"

#include "fakes/scripted_transport.h"

#include <array>

using namespace mailquotad;
using fakes::ScriptedConnector;
using fakes::ScriptedTransport;

namespace {

std::string read_all(net::Transport& transport) {
    std::string out;
    std::array<char, 4096> buffer{};
    for (std::size_t size = transport.read(buffer); size > 0; size = transport.read(buffer)) {
        out.append(buffer.data(), size);
    }
    return out;
}

std::string read_line(net::Transport& transport) {
    std::string out;
    char c = 0;
    while (c != '\n' && transport.read({&c, 1}) == 1) {
        out.push_back(c);
    }
    return out;
}

FailureKind kind_of(const std::function<void()>& action) {
    try {
        action();
    } catch (const net::NetError& error) {
        return error.kind();
    }
    return FailureKind::credential; // which no transport ever throws
}

net::ConnectOptions options(TlsMode mode) {
    return {.endpoint = {.protocol = Protocol::imap, .tls = mode, .host = "mail.example", .port = 993},
            .trust = {},
            .deadline = os::Deadline::in(std::chrono::minutes{1})};
}

} // namespace

TEST_CASE("a script greets, compares what the client writes and answers it with the client's own tag") {
    const std::size_t chunk = GENERATE(std::size_t{1}, std::size_t{7}, SIZE_MAX);
    ScriptedTransport transport(R"(
        # a comment
        S: * OK ready
        C: TAG LOGIN *
        S: * CAPABILITY IMAP4rev1
        S: TAG OK in
        C: TAG NOOP
        S~: TAG OK
        CLOSE)",
                                true, {.chunk = chunk});
    CHECK(read_line(transport) == "* OK ready\r\n");
    transport.write("a1 LOG");
    transport.write("IN kim \"pw\"\r\na2 NOOP\r\n");
    CHECK(read_all(transport) == "* CAPABILITY IMAP4rev1\r\na1 OK in\r\na2 OK");
    CHECK(transport.conversation()->clean());
    CHECK(transport.conversation()->lines == std::vector<std::string>{"a1 LOGIN kim \"pw\"", "a2 NOOP"});
    CHECK(transport.traffic().round_trips == 4);
    CHECK(transport.traffic().bytes_sent == 28);
}

TEST_CASE("named tags are answered in any order") {
    ScriptedTransport transport("C: TAG1 A\nC: TAGb B\nS: TAGb OK\nS: TAG1 OK\n", true);
    transport.write("x A\r\ny B\r\n");
    CHECK(read_all(transport) == "y OK\r\nx OK\r\n");
    CHECK(transport.conversation()->clean());
}

TEST_CASE("a client that leaves the script is noted and stopped") {
    ScriptedTransport transport("S: hello\nC: TAG NOOP\n", true);
    CHECK(kind_of([&] { transport.write("a DELETE x\r\n"); }) == FailureKind::internal);
    CHECK_FALSE(transport.conversation()->clean());
    CHECK(transport.conversation()->report().find("DELETE") != std::string::npos);
}

TEST_CASE("a client that waits for a server that waits for it is told so") {
    ScriptedTransport transport("C: TAG NOOP\n", true);
    CHECK(kind_of([&] { read_all(transport); }) == FailureKind::timeout);
    CHECK(transport.conversation()->problems.size() == 1);
}

TEST_CASE("STALL is a timeout, FAIL any failure, and neither is the client's problem") {
    ScriptedTransport stalled("S: hello\nSTALL\n", true);
    CHECK(kind_of([&] { read_all(stalled); }) == FailureKind::timeout);
    CHECK(stalled.conversation()->clean());
    ScriptedTransport failed("S: hello\nFAIL connect reset by peer\n", true);
    CHECK(kind_of([&] { read_all(failed); }) == FailureKind::connect);
    CHECK(failed.conversation()->clean());
    ScriptedConnector refused("FAIL dns no such host");
    CHECK(kind_of([&] { refused.connect(options(TlsMode::implicit)); }) == FailureKind::dns);
}

TEST_CASE("STARTTLS protects the connection, but not when the server sent text before") {
    ScriptedConnector connector(std::vector<std::string>{"C: TAG STARTTLS\nS: TAG OK go\nSTARTTLS\nC: secret\n",
                                                         "C: TAG STARTTLS\nS: TAG OK go\nS: * injected\nSTARTTLS\n"});
    const auto good = connector.connect(options(TlsMode::starttls));
    CHECK_FALSE(good->is_protected());
    good->write("1 STARTTLS\r\n");
    read_line(*good);
    good->start_tls();
    CHECK(good->is_protected());
    good->write("secret\r\n", true);
    CHECK(connector.conversation().sent_unprotected == "1 STARTTLS\r\n");
    CHECK(connector.conversation().sent_secret == "secret\r\n");
    const auto bad = connector.connect(options(TlsMode::starttls));
    bad->write("1 STARTTLS\r\n");
    read_line(*bad);
    CHECK(kind_of([&] { bad->start_tls(); }) == FailureKind::tls);
}

TEST_CASE("a script sends many lines in little memory, bytes of any kind, and obeys the byte limit") {
    auto limited = options(TlsMode::implicit);
    limited.max_total_bytes = 1000;
    ScriptedConnector connector(
        std::vector<std::string>{"S*100000: * <n> EXISTS <xff><x00>\n", "S*1000: * <n> EXISTS\n"});
    const std::string all = read_all(*connector.connect(options(TlsMode::implicit)));
    CHECK(all.starts_with(std::string("* 1 EXISTS \xff\0\r\n* 2 ", 19)));
    CHECK(all.ends_with(std::string("* 100000 EXISTS \xff\0\r\n", 20)));
    CHECK(kind_of([&] { read_all(*connector.connect(limited)); }) == FailureKind::limit);
}

TEST_CASE("commands written ahead wait while a long answer is read") {
    ScriptedTransport transport("C: TAG A\nS*20000: * <n>\nS: TAG OK\nC: TAG B\nS: TAG OK\n", true);
    transport.write("1 A\r\n2 B\r\n");
    CHECK(read_all(transport).ends_with("* 20000\r\n1 OK\r\n2 OK\r\n"));
    CHECK(transport.conversation()->clean());
}

TEST_CASE("WAIT moves the fake clock") {
    fakes::FakeClock clock;
    const Time before = clock.now();
    ScriptedTransport transport("S: a\nWAIT 90s\nS: b\n", true, {.clock = &clock});
    CHECK(read_all(transport) == "a\r\nb\r\n");
    CHECK(clock.now() - before == Seconds{90});
}

TEST_CASE("a wrong script is refused with the number of its line") {
    CHECK_THROWS_WITH(fakes::parse_script("S: ok\nWhat\n"), ContainsSubstring("line 2"));
    CHECK_THROWS_WITH(fakes::parse_script("FAIL nonsense\n"), ContainsSubstring("failure kind"));
}
