// Where a server is and how to trust it: what the settings say and what net/ connects to.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mailquotad {

enum class Protocol { imap, pop3, smtp };

/// implicit: TLS from the first byte (RFC 8314). starttls: upgraded before anything else is said.
/// plaintext: none at all, only where the settings say `plaintext = true`.
enum class TlsMode { implicit, starttls, plaintext };

/// One server of one protocol.
struct Endpoint {
    Protocol protocol = Protocol::imap;
    TlsMode tls = TlsMode::implicit;
    std::string host;       ///< a name or an IP address (IPv6 without brackets)
    std::uint16_t port = 0; ///< never 0 after parse_endpoint
    bool operator==(const Endpoint&) const = default;
};

/// What makes a server's certificate good. Empty: the system's CAs, the chain, the name and the date.
struct Trust {
    std::string ca_file;           ///< PEM; used instead of the system's CAs
    std::vector<std::string> pins; ///< "sha256//BASE64" of the public key; replaces chain, name and date
    bool operator==(const Trust&) const = default;
};

/// What a bare URL of `mailquotad check` says beside the endpoint.
struct ServerUrl {
    Endpoint endpoint;
    std::string user; ///< percent-decoded; empty where the URL names none
};

/// Reads SCHEME://[USER@]HOST[:PORT] with imaps, imap+starttls, imap, pop3s, pop3+starttls, pop3, smtps,
/// smtp+starttls, smtp. The port defaults to 993, 143, 143, 995, 110, 110, 465, 587, 25.
/// Scheme and host come back in lower case; an IPv6 address stands in brackets. Nothing for any other text: unknown
/// scheme, path, query, password in the URL, control characters, a host that is no ASCII name or address.
std::optional<ServerUrl> parse_server_url(std::string_view url);

/// The way back: "imaps://mail.example" (the port only where it is not the scheme's own).
std::string to_string(const Endpoint& endpoint);

} // namespace mailquotad
