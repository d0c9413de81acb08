// Which servers an address may have, best first.
#include "app/setup_find.h"

#include <algorithm>

namespace mailquotad::app {

namespace {

constexpr std::uint16_t kImaps = 993;
constexpr std::uint16_t kPop3s = 995;
constexpr std::uint16_t kSubmissions = 465;
constexpr std::uint16_t kSubmission = 587;

/// A service of RFC 6186 or RFC 8314 and what its records mean.
struct Service {
    std::string_view name;
    Protocol protocol;
    TlsMode tls;
};

void add(std::vector<Candidate>& candidates, Candidate candidate) {
    const auto is_there = [&](const Candidate& other) { return other.endpoint == candidate.endpoint; };
    // A name from DNS is checked as one that a person typed.
    if (parse_server_url(to_string(candidate.endpoint)) && std::none_of(candidates.begin(), candidates.end(), is_there))
        candidates.push_back(std::move(candidate));
}

void add_services(std::vector<Candidate>& candidates, const Service& service, const std::string& domain,
                  net::NameRecords& names) {
    for (net::ServiceRecord& record : names.services(std::string(service.name) + '.' + domain))
        add(candidates, {.endpoint = {.protocol = service.protocol,
                                      .tls = service.tls,
                                      .host = std::move(record.host),
                                      .port = record.port},
                         .preset = {},
                         .origin = "origin_service"});
}

void add_host(std::vector<Candidate>& candidates, Protocol protocol, TlsMode tls, const std::string& host,
              std::uint16_t port, const std::string& origin) {
    add(candidates,
        {.endpoint = {.protocol = protocol, .tls = tls, .host = host, .port = port}, .preset = {}, .origin = origin});
}

bool fits(const settings::ProviderPreset& preset, const std::vector<std::string>& mail_hosts) {
    return std::any_of(mail_hosts.begin(), mail_hosts.end(), [&](const std::string& host) {
        return std::any_of(preset.mail_hosts.begin(), preset.mail_hosts.end(),
                           [&](const std::string& end) { return settings::is_within(host, end); });
    });
}

} // namespace

std::vector<Candidate> preset_candidates(const std::string& domain, const std::vector<std::string>& mail_hosts,
                                         const settings::DataDirectories& data) {
    std::vector<Candidate> candidates;
    for (const settings::ProviderPreset& preset : settings::provider_presets(data)) {
        const bool by_domain = std::find(preset.domains.begin(), preset.domains.end(), domain) != preset.domains.end();
        if (!by_domain && !fits(preset, mail_hosts))
            continue;
        const auto server = settings::server_of_preset(preset.name, preset.wants_domain ? domain : "", {}, data);
        if (server && (server->imap || server->pop3))
            candidates.push_back({.endpoint = server->imap ? *server->imap : *server->pop3,
                                  .preset = preset.name,
                                  .origin = by_domain ? "origin_preset" : "origin_preset_of_host"});
    }
    return candidates;
}

std::vector<Candidate> mailbox_candidates(const std::string& domain, const std::vector<std::string>& mail_hosts,
                                          net::NameRecords& names) {
    constexpr auto kTls = TlsMode::implicit;
    std::vector<Candidate> found;
    add_services(found, {.name = "_imaps._tcp", .protocol = Protocol::imap, .tls = kTls}, domain, names);
    add_services(found, {.name = "_imap._tcp", .protocol = Protocol::imap, .tls = TlsMode::starttls}, domain, names);
    for (const std::string& host : {"imap." + domain, "mail." + domain, domain})
        add_host(found, Protocol::imap, kTls, host, kImaps, "origin_name");
    for (const std::string& host : mail_hosts)
        add_host(found, Protocol::imap, kTls, host, kImaps, "origin_mail_host");
    add_services(found, {.name = "_pop3s._tcp", .protocol = Protocol::pop3, .tls = kTls}, domain, names);
    for (const std::string& host : {"pop." + domain, "pop3." + domain})
        add_host(found, Protocol::pop3, kTls, host, kPop3s, "origin_name");
    return found;
}

std::vector<Candidate> smtp_candidates(const std::string& domain, const std::string& mail_server,
                                       net::NameRecords& names) {
    constexpr auto kSmtp = Protocol::smtp;
    std::vector<Candidate> found;
    add_services(found, {.name = "_submissions._tcp", .protocol = kSmtp, .tls = TlsMode::implicit}, domain, names);
    add_services(found, {.name = "_submission._tcp", .protocol = kSmtp, .tls = TlsMode::starttls}, domain, names);
    for (const std::string& host : {"smtp." + domain, "mail." + domain, mail_server}) {
        add_host(found, kSmtp, TlsMode::implicit, host, kSubmissions, "origin_name");
        add_host(found, kSmtp, TlsMode::starttls, host, kSubmission, "origin_name");
    }
    return found;
}

} // namespace mailquotad::app
