#include "net/name_records.h"

#include "core/ascii.h"

#include <arpa/inet.h>
#include <arpa/nameser.h>
#include <netinet/in.h>
#include <resolv.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <stdexcept>
#include <tuple>

namespace mailquotad::net {

namespace {

constexpr int kSecondsPerTry = 2;
constexpr int kTries = 2;
constexpr int kMostServers = 2;
constexpr std::size_t kMostRecords = 20;
constexpr std::size_t kAnswerBytes = 16384;

/// A record as it came: the numbers in front of the name, and the name.
struct Raw {
    std::array<std::uint16_t, 3> numbers{};
    std::string host;
};

std::string plain_host(const char* name) {
    std::string host(name);
    std::transform(host.begin(), host.end(), host.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    while (host.ends_with('.'))
        host.pop_back();
    return host;
}

/// Reads one record of an answer: `numbers` 16-bit numbers, then a name.
std::optional<Raw> read_record(ns_msg& message, int index, ns_type type, std::size_t numbers) {
    ns_rr record;
    if (::ns_parserr(&message, ns_s_an, index, &record) != 0 || ns_rr_type(record) != type ||
        ns_rr_rdlen(record) < 2 * numbers + 1)
        return std::nullopt;
    const unsigned char* at = ns_rr_rdata(record);
    Raw raw;
    for (std::size_t i = 0; i < numbers; ++i, at += 2)
        raw.numbers[i] = static_cast<std::uint16_t>(at[0] << 8U | at[1]);
    std::array<char, NS_MAXDNAME> name{};
    if (::ns_name_uncompress(ns_msg_base(message), ns_msg_end(message), at, name.data(), name.size()) < 0)
        return std::nullopt;
    raw.host = plain_host(name.data());
    return raw;
}

std::vector<Raw> ask(struct __res_state& state, const std::string& name, ns_type type, std::size_t numbers) {
    std::vector<unsigned char> answer(kAnswerBytes);
    const int size = ::res_nquery(&state, name.c_str(), ns_c_in, type, answer.data(), static_cast<int>(answer.size()));
    ns_msg message;
    if (size < 0 || ::ns_initparse(answer.data(), std::min(size, static_cast<int>(answer.size())), &message) != 0)
        return {};
    std::vector<Raw> records;
    for (int i = 0; i < ns_msg_count(message, ns_s_an) && records.size() < kMostRecords; ++i) {
        auto record = read_record(message, i, type, numbers);
        if (record && !record->host.empty())
            records.push_back(std::move(*record));
    }
    return records;
}

} // namespace

struct DnsNameRecords::State {
    struct __res_state resolver {};
};

std::optional<NameServer> parse_name_server(const std::string& text) {
    NameServer server;
    const auto colon = text.find(':');
    server.address = text.substr(0, colon);
    in_addr address{};
    if (::inet_pton(AF_INET, server.address.c_str(), &address) != 1)
        return std::nullopt;
    if (colon != std::string::npos) {
        const char* end = text.data() + text.size();
        const auto read = std::from_chars(text.data() + colon + 1, end, server.port);
        if (read.ec != std::errc() || read.ptr != end || server.port == 0)
            return std::nullopt;
    }
    return server;
}

DnsNameRecords::DnsNameRecords(const std::optional<NameServer>& server) : state_(std::make_unique<State>()) {
    struct __res_state& resolver = state_->resolver;
    if (::res_ninit(&resolver) != 0)
        throw std::runtime_error("the name system cannot be asked: no usable /etc/resolv.conf");
    resolver.retrans = kSecondsPerTry;
    resolver.retry = kTries;
    resolver.nscount = std::min(resolver.nscount, kMostServers);
    if (server) {
        sockaddr_in& first = resolver.nsaddr_list[0];
        first = {};
        first.sin_family = AF_INET;
        first.sin_port = htons(server->port);
        ::inet_pton(AF_INET, server->address.c_str(), &first.sin_addr);
        resolver.nscount = 1;
    }
}

DnsNameRecords::~DnsNameRecords() {
    ::res_nclose(&state_->resolver);
}

std::vector<ServiceRecord> DnsNameRecords::services(const std::string& name) {
    auto records = ask(state_->resolver, name, ns_t_srv, 3); // priority, weight, port
    std::stable_sort(records.begin(), records.end(), [](const Raw& a, const Raw& b) {
        return std::tuple(a.numbers[0], b.numbers[1]) < std::tuple(b.numbers[0], a.numbers[1]);
    });
    std::vector<ServiceRecord> services;
    for (Raw& record : records) {
        if (record.numbers[2] != 0)
            services.push_back({.host = std::move(record.host), .port = record.numbers[2]});
    }
    return services;
}

std::vector<std::string> DnsNameRecords::mail_hosts(const std::string& domain) {
    auto records = ask(state_->resolver, domain, ns_t_mx, 1); // preference
    std::stable_sort(records.begin(), records.end(),
                     [](const Raw& a, const Raw& b) { return a.numbers[0] < b.numbers[0]; });
    std::vector<std::string> hosts;
    for (Raw& record : records)
        hosts.push_back(std::move(record.host));
    return hosts;
}

} // namespace mailquotad::net
