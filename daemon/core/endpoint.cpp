#include "core/endpoint.h"

#include "core/escape.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace mailquotad {

namespace {

struct Scheme {
    std::string_view name;
    Protocol protocol;
    TlsMode tls;
    std::uint16_t port;
};

constexpr std::array<Scheme, 9> kSchemes{{{"imaps", Protocol::imap, TlsMode::implicit, 993},
                                          {"imap+starttls", Protocol::imap, TlsMode::starttls, 143},
                                          {"imap", Protocol::imap, TlsMode::plaintext, 143},
                                          {"pop3s", Protocol::pop3, TlsMode::implicit, 995},
                                          {"pop3+starttls", Protocol::pop3, TlsMode::starttls, 110},
                                          {"pop3", Protocol::pop3, TlsMode::plaintext, 110},
                                          {"smtps", Protocol::smtp, TlsMode::implicit, 465},
                                          {"smtp+starttls", Protocol::smtp, TlsMode::starttls, 587},
                                          {"smtp", Protocol::smtp, TlsMode::plaintext, 25}}};

constexpr std::size_t kLongestName = 253; // RFC 1035 section 2.3.4, without the root's dot
constexpr std::size_t kLongestLabel = 63;

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}
bool is_hex(char c) {
    return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}
char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

std::string lower_case(std::string_view text) {
    std::string result(text);
    std::transform(result.begin(), result.end(), result.begin(), lower);
    return result;
}

const Scheme* find_scheme(std::string_view name) {
    const std::string wanted = lower_case(name);
    const auto found =
        std::find_if(kSchemes.begin(), kSchemes.end(), [&](const Scheme& scheme) { return scheme.name == wanted; });
    return found == kSchemes.end() ? nullptr : &*found;
}

// A whole number of at most `most`, digits only.
std::optional<unsigned> number(std::string_view text, std::size_t most_digits, unsigned most) {
    unsigned value = 0;
    if (text.empty() || text.size() > most_digits || !std::all_of(text.begin(), text.end(), is_digit))
        return std::nullopt;
    std::from_chars(text.data(), text.data() + text.size(), value);
    return value <= most ? std::optional(value) : std::nullopt;
}

// Calls `part` for each piece between separators; false as soon as one is refused.
template <typename Part>
bool each_part(std::string_view text, char separator, Part part) {
    while (true) {
        const std::size_t end = text.find(separator);
        if (!part(text.substr(0, end)))
            return false;
        if (end == std::string_view::npos)
            return true;
        text.remove_prefix(end + 1);
    }
}

bool is_ipv4(std::string_view text) {
    int parts = 0;
    return each_part(text, '.', [&](std::string_view part) { return ++parts <= 4 && number(part, 3, 255); }) &&
           parts == 4;
}

// How many 16-bit groups a part of an IPv6 address has; nothing where it is malformed. The IPv4 form of RFC 4291
// section 2.2 may stand at the very end.
std::optional<int> ipv6_groups(std::string_view text, bool last) {
    if (text.empty())
        return 0;
    int groups = 0;
    const std::size_t tail = text.rfind(':') == std::string_view::npos ? 0 : text.rfind(':') + 1;
    if (last && is_ipv4(text.substr(tail))) {
        groups = 2;
        if (tail == 0)
            return groups;
        text = text.substr(0, tail - 1);
    }
    const bool good = each_part(text, ':', [&](std::string_view group) {
        ++groups;
        return !group.empty() && group.size() <= 4 && std::all_of(group.begin(), group.end(), is_hex);
    });
    return good ? std::optional(groups) : std::nullopt;
}

bool is_ipv6(std::string_view text) {
    const std::size_t gap = text.find("::");
    if (gap == std::string_view::npos)
        return ipv6_groups(text, true) == 8;
    const auto before = ipv6_groups(text.substr(0, gap), false);
    const auto after = ipv6_groups(text.substr(gap + 2), true);
    return before && after && *before + *after < 8;
}

bool is_host_name(std::string_view text) {
    if (text.ends_with('.'))
        text.remove_suffix(1);
    return text.size() <= kLongestName && each_part(text, '.', [](std::string_view label) {
               return !label.empty() && label.size() <= kLongestLabel && label.front() != '-' && label.back() != '-' &&
                      std::all_of(label.begin(), label.end(), [](char c) {
                          return is_digit(c) || (lower(c) >= 'a' && lower(c) <= 'z') || c == '-' || c == '_';
                      });
           });
}

std::optional<std::string> percent_decode(std::string_view text) {
    std::string result;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '%') {
            result += text[i];
            continue;
        }
        if (i + 2 >= text.size() || !is_hex(text[i + 1]) || !is_hex(text[i + 2]))
            return std::nullopt;
        unsigned char byte = 0;
        std::from_chars(text.data() + i + 1, text.data() + i + 3, byte, 16);
        result += static_cast<char>(byte);
        i += 2;
    }
    return result;
}

bool has_control(std::string_view text) {
    return std::any_of(text.begin(), text.end(),
                       [](char c) { return static_cast<unsigned char>(c) < ' ' || c == '\x7F'; });
}

// RFC 3986 section 3.2.1 without ":" (a password) and without ";" (RFC 5092: ";AUTH=").
std::optional<std::string> parse_user(std::string_view text) {
    if (text.empty() || text.find_first_of(" :;/?#[]@<>\"\\^`{|}") != std::string_view::npos)
        return std::nullopt;
    auto user = percent_decode(text);
    if (!user || has_control(*user) || !is_valid_utf8(*user))
        return std::nullopt;
    return user;
}

// HOST[:PORT], the host in lower case.
bool parse_authority(std::string_view text, Endpoint& endpoint) {
    std::string_view port;
    if (text.starts_with('[')) {
        const std::size_t end = text.find(']');
        if (end == std::string_view::npos || !is_ipv6(text.substr(1, end - 1)))
            return false;
        endpoint.host = lower_case(text.substr(1, end - 1));
        port = text.substr(end + 1);
    } else {
        const std::size_t end = std::min(text.find(':'), text.size());
        if (!is_host_name(text.substr(0, end)))
            return false;
        endpoint.host = lower_case(text.substr(0, end));
        port = text.substr(end);
    }
    if (port.empty())
        return true;
    const auto value = port.front() == ':' ? number(port.substr(1), 5, 65'535) : std::nullopt;
    if (!value || *value == 0)
        return false;
    endpoint.port = static_cast<std::uint16_t>(*value);
    return true;
}

} // namespace

std::optional<ServerUrl> parse_server_url(std::string_view url) {
    const std::size_t colon = url.find("://");
    const Scheme* scheme = colon == std::string_view::npos ? nullptr : find_scheme(url.substr(0, colon));
    if (scheme == nullptr)
        return std::nullopt;
    std::string_view rest = url.substr(colon + 3);
    ServerUrl result{{scheme->protocol, scheme->tls, {}, scheme->port}, {}};
    if (const std::size_t at = rest.find('@'); at != std::string_view::npos) {
        auto user = parse_user(rest.substr(0, at));
        if (!user)
            return std::nullopt;
        result.user = std::move(*user);
        rest.remove_prefix(at + 1);
    }
    return parse_authority(rest, result.endpoint) ? std::optional(std::move(result)) : std::nullopt;
}

std::string to_string(const Endpoint& endpoint) {
    const auto scheme = std::find_if(kSchemes.begin(), kSchemes.end(), [&](const Scheme& s) {
        return s.protocol == endpoint.protocol && s.tls == endpoint.tls;
    });
    const bool ipv6 = endpoint.host.find(':') != std::string::npos;
    std::string text(scheme->name);
    text += "://";
    text += ipv6 ? "[" + endpoint.host + "]" : endpoint.host;
    if (endpoint.port != scheme->port)
        text += ":" + std::to_string(endpoint.port);
    return text;
}

} // namespace mailquotad
