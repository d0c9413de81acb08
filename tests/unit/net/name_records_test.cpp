// Name records asked of a name server of our own, over real UDP on loopback.
#include "net/name_records.h"

#include "catch.h"

#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <map>
#include <string>
#include <thread>

namespace mailquotad::net {
namespace {

std::string number(unsigned value) {
    return {static_cast<char>(value >> 8U), static_cast<char>(value & 0xFFU)};
}

/// "\4mail\7example\0"
std::string encoded(const std::string& name) {
    std::string text;
    for (std::size_t at = 0; at < name.size();) {
        const auto end = std::min(name.find('.', at), name.size());
        text += static_cast<char>(end - at) + name.substr(at, end - at);
        at = end + 1;
    }
    return text + '\0';
}

std::string service(unsigned priority, unsigned weight, unsigned port, const std::string& host) {
    return number(priority) + number(weight) + number(port) + encoded(host);
}

/// Answers each question with the records of its name, by type; unknown names do not exist.
class SmallNameServer {
public:
    using Records = std::map<std::pair<std::string, unsigned>, std::vector<std::string>>;

    explicit SmallNameServer(Records records) : records_(std::move(records)) {
        socket_ = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        REQUIRE(::bind(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
        socklen_t size = sizeof address;
        ::getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &size);
        port_ = ntohs(address.sin_port);
        thread_ = std::thread([this] { serve(); });
    }
    ~SmallNameServer() {
        stop_ = true;
        thread_.join();
        ::close(socket_);
    }
    SmallNameServer(const SmallNameServer&) = delete;
    SmallNameServer& operator=(const SmallNameServer&) = delete;

    [[nodiscard]] NameServer place() const { return {.address = "127.0.0.1", .port = port_}; }

private:
    void serve() {
        while (!stop_) {
            pollfd watched{.fd = socket_, .events = POLLIN, .revents = 0};
            if (::poll(&watched, 1, 50) <= 0)
                continue;
            char block[512];
            sockaddr_in from{};
            socklen_t size = sizeof from;
            const auto count = ::recvfrom(socket_, block, sizeof block, 0, reinterpret_cast<sockaddr*>(&from), &size);
            if (count < 17)
                continue;
            const std::string answer = answer_to(std::string(block, static_cast<std::size_t>(count)));
            ::sendto(socket_, answer.data(), answer.size(), 0, reinterpret_cast<sockaddr*>(&from), size);
        }
    }
    [[nodiscard]] std::string answer_to(const std::string& query) const {
        std::string name;
        std::size_t at = 12;
        for (; query[at] != 0; at += static_cast<std::size_t>(query[at]) + 1)
            name += (name.empty() ? "" : ".") + query.substr(at + 1, static_cast<std::size_t>(query[at]));
        const std::string question = query.substr(12, at + 5 - 12);
        const auto type = static_cast<unsigned>(static_cast<unsigned char>(question[question.size() - 3]));
        const auto found = records_.find({name, type});
        const std::size_t records = found == records_.end() ? 0 : found->second.size();
        std::string answer = query.substr(0, 2) + (records > 0 ? number(0x8180) : number(0x8183)) + number(1) +
                             number(static_cast<unsigned>(records)) + number(0) + number(0) + question;
        for (std::size_t i = 0; i < records; ++i)
            answer += number(0xC00C) + number(type) + number(1) + number(0) + number(60) +
                      number(static_cast<unsigned>(found->second[i].size())) + found->second[i];
        return answer;
    }

    Records records_;
    int socket_ = -1;
    std::uint16_t port_ = 0;
    std::atomic<bool> stop_ = false;
    std::thread thread_;
};

constexpr unsigned kMx = 15;
constexpr unsigned kSrv = 33;

} // namespace

TEST_CASE("services come by priority, then weight, in lower case, without those that are not offered") {
    const SmallNameServer server(
        {{{"_imaps._tcp.verein.example", kSrv},
          {service(10, 1, 993, "b.verein.example"), service(0, 5, 993, "second.verein.example"),
           service(0, 9, 1993, "First.Verein.example"), service(0, 0, 0, "")}}});
    DnsNameRecords names(server.place());
    CHECK(names.services("_imaps._tcp.verein.example") ==
          std::vector<ServiceRecord>{{.host = "first.verein.example", .port = 1993},
                                     {.host = "second.verein.example", .port = 993},
                                     {.host = "b.verein.example", .port = 993}});
    CHECK(names.services("_imap._tcp.verein.example").empty());
}

TEST_CASE("the hosts that take mail come by preference") {
    const SmallNameServer server(
        {{{"verein.example", kMx},
          {number(20) + encoded("backup.example"), number(5) + encoded("mx.hoster.example")}}});
    DnsNameRecords names(server.place());
    CHECK(names.mail_hosts("verein.example") == std::vector<std::string>{"mx.hoster.example", "backup.example"});
    CHECK(names.mail_hosts("nobody.example").empty());
}

TEST_CASE("an answer that is cut or broken gives no record") {
    const SmallNameServer server({{{"verein.example", kMx}, {number(5) + "\x20" + "short", "\0"}},
                                  {{"_imaps._tcp.verein.example", kSrv}, {"\0\0\0"}}});
    DnsNameRecords names(server.place());
    CHECK(names.mail_hosts("verein.example").empty());
    CHECK(names.services("_imaps._tcp.verein.example").empty());
}

TEST_CASE("a name server is an IPv4 address with or without a port") {
    CHECK(parse_name_server("192.0.2.1")->port == 53);
    CHECK(parse_name_server("192.0.2.1:5353")->port == 5353);
    for (const char* text : {"", "localhost", "192.0.2.1:", "192.0.2.1:0", "192.0.2.1:70000", "::1"})
        CHECK_FALSE(parse_name_server(text));
}

} // namespace mailquotad::net
