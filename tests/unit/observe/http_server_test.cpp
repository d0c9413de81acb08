#include "catch.h"
#include "observe/http_server.h"
#include "raw_client.h"
#include "sample_status.h"

#include <atomic>
#include <csignal>
#include <random>
#include <stdexcept>
#include <thread>
#include <vector>

namespace mailquotad::observe {
namespace {

HttpOptions options() {
    HttpOptions result;
    result.address = "127.0.0.1";
    result.language = "de";
    result.request_timeout = std::chrono::milliseconds{1000};
    return result;
}

struct Running {
    HttpServer server{options(), catalog()};
    std::uint16_t port = server.port();

    Running() { server.publish(std::make_shared<const Status>(sample_status())); }
    [[nodiscard]] bool answers() const { return get(port, "/healthz").starts_with("HTTP/1.1 200 OK\r\n"); }
};

std::string body_of(const std::string& answer) {
    return answer.substr(answer.find("\r\n\r\n") + 4);
}

} // namespace

TEST_CASE("a free port is found and told, and the pages come over it", "[server]") {
    const Running running;
    CHECK(running.port != 0);
    const std::string answer = get(running.port, "/metrics?x=1");
    CHECK(answer.starts_with("HTTP/1.1 200 OK\r\n"));
    CHECK_THAT(answer, ContainsSubstring("\r\nContent-Type: text/plain; version=0.0.4; charset=utf-8\r\n"));
    CHECK_THAT(answer, ContainsSubstring("\r\nContent-Length: " + std::to_string(body_of(answer).size()) + "\r\n"));
    CHECK_THAT(answer, ContainsSubstring("\r\nDate: "));
    CHECK_THAT(answer, ContainsSubstring("\nmailquotad_mailboxes{stage=\"full\"} 1\n"));
    CHECK_THAT(answer, ContainsSubstring("\nprocess_open_fds "));
    CHECK(answer.find("Server:") == std::string::npos);
    CHECK(answer.find("ivet") == std::string::npos);
}

TEST_CASE("it listens on IPv6 where civetweb can, and says so where it cannot", "[server]") {
    HttpOptions six = options();
    six.address = "::1";
    if (!HttpServer::can_ipv6()) {
        CHECK_THROWS_WITH(HttpServer(six, catalog()),
                          ContainsSubstring("[::1]:0") && ContainsSubstring("without IPv6"));
        return;
    }
    const HttpServer server(six, catalog());
    RawClient client(server.port(), true);
    client.send("GET /healthz HTTP/1.1\r\nHost: [::1]:" + std::to_string(server.port()) + "\r\n\r\n");
    CHECK(client.receive_all().starts_with("HTTP/1.1 200"));
}

TEST_CASE("an address or port that cannot be had is named in the error", "[server]") {
    const Running running;
    HttpOptions taken = options();
    taken.port = running.port;
    CHECK_THROWS_WITH(HttpServer(taken, catalog()), ContainsSubstring("127.0.0.1:" + std::to_string(running.port)));
    for (const char* address : {"", "192.0.2.1", "mail.example", "+8080", "127.0.0.1:80,0.0.0.0", "80"}) {
        INFO(address);
        HttpOptions strange = options();
        strange.address = address;
        CHECK_THROWS_AS(HttpServer(strange, catalog()), std::runtime_error);
    }
    CHECK(running.answers());
}

TEST_CASE("HEAD gives the head of GET and no body", "[server]") {
    const Running running;
    RawClient client(running.port);
    client.send("HEAD /style.css HTTP/1.1\r\nHost: localhost\r\n\r\n");
    const std::string answer = client.receive_all();
    CHECK(answer.starts_with("HTTP/1.1 200"));
    CHECK(body_of(answer).empty());
    CHECK_THAT(answer,
               ContainsSubstring("Content-Length: " + std::to_string(body_of(get(running.port, "/style.css")).size())));
}

TEST_CASE("a body is neither awaited nor read", "[server]") {
    const Running running;
    RawClient client(running.port);
    client.send("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999999999\r\n\r\n");
    CHECK(client.receive_all().starts_with("HTTP/1.1 405"));
    RawClient chunked(running.port);
    chunked.send("GET /healthz HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffff\r\n");
    CHECK(chunked.receive_all().starts_with("HTTP/1.1 "));
    CHECK(running.answers());
}

TEST_CASE("what is no request gets a plain refusal with the security headers", "[server]") {
    const Running running;
    for (const std::string& garbage :
         {std::string("GARBAGE\r\n\r\n"), std::string("GET / HTTP/9.9\r\nHost: localhost\r\n\r\n"),
          std::string("<script> /x HTTP/1.1\r\n\r\n"), std::string("GET x HTTP/1.1\r\nHost: localhost\r\n\r\n"),
          "GET /" + std::string(40000, 'a') + " HTTP/1.1\r\n\r\n",
          "GET / HTTP/1.1\r\nX: " + std::string(40000, 'b') + "\r\n\r\n"}) {
        RawClient client(running.port);
        client.send(garbage);
        const std::string answer = client.receive_all();
        INFO(garbage.substr(0, 60) << " -> " << answer.substr(0, 300));
        // A connection that is closed while the client still sends may be reset before the answer is read.
        CHECK((answer.empty() || answer.starts_with("HTTP/1.1 4") || answer.starts_with("HTTP/1.1 5")));
        CHECK((answer.empty() || answer.find("X-Content-Type-Options: nosniff") != std::string::npos));
        CHECK(answer.find("<script>") == std::string::npos);
    }
    CHECK(running.answers());
}

TEST_CASE("random bytes, half requests and many connections at once do not bring it down", "[server]") {
    const Running running;
    std::mt19937 random(20261121); // NOLINT(cert-msc51-cpp): the same bytes in every run
    const std::string seed = "GET /mailbox/kim?x=%41 HTTP/1.1\r\nHost: localhost\r\nAccept-Language: de;q=0.3\r\n"
                             "Content-Length: 7\r\nConnection: keep-alive\r\nExpect: 100-continue\r\n\r\n";
    std::vector<RawClient> silent;
    for (int i = 0; i < 300; ++i) {
        std::string bytes = seed.substr(0, random() % (seed.size() + 1));
        for (auto flips = random() % 6; flips > 0 && !bytes.empty(); --flips) {
            bytes[random() % bytes.size()] = static_cast<char>(random());
        }
        RawClient client(running.port);
        client.send(bytes);
        if (i % 10 == 0) {
            silent.push_back(std::move(client)); // stays open, says nothing more
        }
    }
    silent.clear();
    CHECK(running.answers());
}

TEST_CASE("silent connections give their threads back after the timeout", "[server]") {
    const Running running;
    std::vector<RawClient> silent;
    for (int i = 0; i < 24; ++i) {
        silent.emplace_back(running.port);
        silent.back().send("GET / HTTP/1.1\r\n");
    }
    CHECK(running.answers());
}

TEST_CASE("it can be stopped while connections are open, and its port is free again", "[server]") {
    std::uint16_t port = 0;
    std::vector<RawClient> open;
    {
        const Running running;
        port = running.port;
        for (int i = 0; i < 4; ++i) {
            open.emplace_back(port);
            open.back().send("GET /half");
        }
    }
    CHECK_THROWS_AS(RawClient(port), std::runtime_error);
}

TEST_CASE("the signal handlers of the program stay as they are", "[server]") {
    struct sigaction before {};
    REQUIRE(sigaction(SIGCHLD, nullptr, &before) == 0);
    const Running running;
    CHECK(running.answers());
    struct sigaction after {};
    REQUIRE(sigaction(SIGCHLD, nullptr, &after) == 0);
    CHECK(after.sa_handler == before.sa_handler);
}

TEST_CASE("a status is published while requests run", "[server]") {
    Running running;
    std::atomic<bool> stop{false};
    std::atomic<int> good{0};
    std::vector<std::thread> readers;
    for (const char* path : {"/metrics", "/", "/mailbox/kim", "/api/v1/status"}) {
        readers.emplace_back([&, path] {
            while (!stop) {
                good += get(running.port, path).starts_with("HTTP/1.1 200") ? 1 : 0;
            }
        });
    }
    const Status sample = sample_status();
    // Until enough was read, however slow the machine is; a server that hangs fails in the client's own limit.
    for (int round = 0; round < 2000 && (round < 50 || good < 100); ++round) {
        Status status = sample;
        status.outbox_pending = round;
        running.server.publish(std::make_shared<const Status>(std::move(status)));
        running.server.loop_is_alive();
        CHECK(get(running.port, "/readyz").starts_with("HTTP/1.1 200"));
    }
    stop = true;
    for (std::thread& reader : readers) {
        reader.join();
    }
    CHECK(good >= 100);
}

} // namespace mailquotad::observe
