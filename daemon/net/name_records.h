// What the name system says about a domain's mail: which hosts take it and which serve it. A port: tests have a fake.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace mailquotad::net {

/// A place of a service (RFC 2782).
struct ServiceRecord {
    std::string host; ///< lower case, without the final dot
    std::uint16_t port = 0;
    bool operator==(const ServiceRecord&) const = default;
};

class NameRecords {
public:
    virtual ~NameRecords() = default;
    /// The SRV records of a name such as "_imaps._tcp.verein.example", best first; none where there is no answer, or
    /// where the domain says that it does not offer the service (RFC 6186 section 3.4).
    virtual std::vector<ServiceRecord> services(const std::string& name) = 0;
    /// The hosts that take mail for a domain (MX), best first; none where there is no answer.
    virtual std::vector<std::string> mail_hosts(const std::string& domain) = 0;
};

/// An IPv4 address and a port: a name server to ask instead of the machine's own.
struct NameServer {
    std::string address;
    std::uint16_t port = 53;
};

/// "192.0.2.1" or "192.0.2.1:5353"; nothing for any other text.
std::optional<NameServer> parse_name_server(const std::string& text);

/// Asks by res_nquery. Skin for a resolver state of its own. What comes back is not authenticated: it may say whom to
/// ask, never whom to trust.
class DnsNameRecords final : public NameRecords {
public:
    /// Throws std::runtime_error where the resolver cannot be set up.
    explicit DnsNameRecords(const std::optional<NameServer>& server = std::nullopt);
    ~DnsNameRecords() override;
    DnsNameRecords(const DnsNameRecords&) = delete;
    DnsNameRecords& operator=(const DnsNameRecords&) = delete;

    /// Waits a few seconds for each name server at most.
    std::vector<ServiceRecord> services(const std::string& name) override;
    std::vector<std::string> mail_hosts(const std::string& domain) override;

private:
    struct State;
    std::unique_ptr<State> state_;
};

} // namespace mailquotad::net
