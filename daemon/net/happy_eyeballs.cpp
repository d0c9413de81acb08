#include "net/happy_eyeballs.h"

#include "net/transport.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>
#include <optional>

#include <arpa/inet.h>
#include <gnutls/gnutls.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>

namespace mailquotad::net {
namespace {

constexpr std::size_t kMaxAddresses = 16; ///< a name with more is a mistake or an attack

std::string without_zone(const std::string& host) {
    return host.substr(0, host.find('%'));
}

/// The form that the DNS knows (RFC 5891) of a name written in other letters.
std::string ascii_name(const std::string& host) {
    if (std::all_of(host.begin(), host.end(), [](unsigned char c) { return c < 0x80; })) {
        return host;
    }
    gnutls_datum_t mapped{};
    if (gnutls_idna_map(host.data(), static_cast<unsigned>(host.size()), &mapped, 0) != GNUTLS_E_SUCCESS) {
        throw NetError(FailureKind::dns, "not a valid host name: " + host);
    }
    std::string name(reinterpret_cast<const char*>(mapped.data), mapped.size);
    gnutls_free(mapped.data);
    return name;
}

std::string lookup_error(const std::string& host, int code) {
    switch (code) {
    case EAI_NONAME:
        return "the name " + host + " does not exist";
    case EAI_AGAIN:
        return "the name server does not answer for " + host;
    case EAI_SYSTEM:
        return "looking up " + host + ": " + error_text(errno);
    default:
        return "looking up " + host + ": " + gai_strerror(code);
    }
}

/// The first family keeps its lead, then they take turns (RFC 8305 section 4).
std::vector<Address> by_turns(const std::vector<Address>& sorted) {
    std::vector<Address> lead;
    std::vector<Address> other;
    for (const Address& address : sorted) {
        (address.family() == sorted.front().family() ? lead : other).push_back(address);
    }
    std::vector<Address> out;
    for (std::size_t i = 0; i < std::max(lead.size(), other.size()); ++i) {
        if (i < lead.size()) {
            out.push_back(lead[i]);
        }
        if (i < other.size()) {
            out.push_back(other[i]);
        }
    }
    out.resize(std::min(out.size(), kMaxAddresses));
    return out;
}

/// Connections being made to several addresses at once.
class Race {
public:
    Race(const std::vector<Address>& addresses, const os::Deadline& deadline)
        : addresses_(addresses), deadline_(deadline) {}

    Connected run() {
        while (!winner_) {
            start_due();
            if (!winner_) {
                await();
            }
        }
        return std::move(*winner_);
    }

private:
    struct Attempt {
        Socket socket;
        const Address* address;
    };

    /// Begins attempts until one is under way and has the field for itself.
    void start_due() {
        while (!winner_ && next_ < addresses_.size() &&
               (attempts_.empty() || std::chrono::steady_clock::now() >= next_start_)) {
            start(addresses_[next_++]);
        }
        if (!winner_ && attempts_.empty()) {
            throw NetError(FailureKind::connect, "cannot connect: " + failures_);
        }
    }

    void start(const Address& address) {
        Socket socket(::socket(address.family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
        if (!socket.is_open()) {
            return failed(address, errno);
        }
        const int on = 1;
        ::setsockopt(socket.descriptor(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        const auto* target = reinterpret_cast<const sockaddr*>(&address.storage);
        if (::connect(socket.descriptor(), target, address.size) == 0) {
            winner_ = Connected{.socket = std::move(socket), .peer = address.text()};
        } else if (errno == EINPROGRESS || errno == EINTR) {
            attempts_.push_back({.socket = std::move(socket), .address = &address});
            next_start_ = std::chrono::steady_clock::now() + kConnectStagger;
        } else {
            failed(address, errno);
        }
    }

    void failed(const Address& address, int error_number) {
        failures_ += (failures_.empty() ? "" : "; ") + address.text() + ": " + error_text(error_number);
        next_start_ = {};
    }

    /// Waits for an attempt to end, for the time of the next one, or for the deadline.
    void await() {
        require_time(deadline_, "connecting");
        std::vector<pollfd> waiting;
        for (const Attempt& attempt : attempts_) {
            waiting.push_back({.fd = attempt.socket.descriptor(), .events = POLLOUT, .revents = 0});
        }
        if (deadline_.cancellation) {
            waiting.push_back({.fd = deadline_.cancellation->descriptor(), .events = POLLIN, .revents = 0});
        }
        int timeout = deadline_.poll_timeout();
        if (next_ < addresses_.size()) {
            timeout = std::min(timeout, os::Deadline{.at = next_start_}.poll_timeout());
        }
        if (::poll(waiting.data(), waiting.size(), timeout) < 0 && errno != EINTR) {
            throw NetError(FailureKind::internal, "poll: " + error_text(errno));
        }
        for (std::size_t i = attempts_.size(); i-- > 0;) {
            if (waiting[i].revents != 0) {
                finish(i);
            }
        }
    }

    void finish(std::size_t index) {
        Attempt attempt = std::move(attempts_[index]);
        attempts_.erase(attempts_.begin() + static_cast<std::ptrdiff_t>(index));
        int error_number = 0;
        socklen_t size = sizeof error_number;
        if (::getsockopt(attempt.socket.descriptor(), SOL_SOCKET, SO_ERROR, &error_number, &size) != 0) {
            error_number = errno;
        }
        if (error_number != 0) {
            failed(*attempt.address, error_number);
        } else {
            winner_ = Connected{.socket = std::move(attempt.socket), .peer = attempt.address->text()};
        }
    }

    const std::vector<Address>& addresses_;
    const os::Deadline& deadline_;
    std::size_t next_ = 0;
    os::SteadyTime next_start_{};
    std::vector<Attempt> attempts_;
    std::string failures_;
    std::optional<Connected> winner_;
};

} // namespace

std::string Address::text() const {
    char host[INET6_ADDRSTRLEN] = "?";
    if (family() == AF_INET6) {
        sockaddr_in6 six{};
        std::memcpy(&six, &storage, sizeof six);
        inet_ntop(AF_INET6, &six.sin6_addr, host, sizeof host);
        return "[" + std::string(host) + "]:" + std::to_string(ntohs(six.sin6_port));
    }
    sockaddr_in four{};
    std::memcpy(&four, &storage, sizeof four);
    inet_ntop(AF_INET, &four.sin_addr, host, sizeof host);
    return std::string(host) + ":" + std::to_string(ntohs(four.sin_port));
}

bool is_ip_address(const std::string& host) {
    in6_addr parsed{};
    return inet_pton(AF_INET, host.c_str(), &parsed) == 1 ||
           inet_pton(AF_INET6, without_zone(host).c_str(), &parsed) == 1;
}

std::vector<Address> resolve(const std::string& host, std::uint16_t port) {
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = AI_NUMERICSERV;
    addrinfo* found = nullptr;
    const int code = getaddrinfo(ascii_name(host).c_str(), std::to_string(port).c_str(), &hints, &found);
    const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> list(code == 0 ? found : nullptr, &freeaddrinfo);
    if (code != 0) {
        throw NetError(FailureKind::dns, lookup_error(host, code));
    }
    std::vector<Address> addresses;
    for (const addrinfo* at = list.get(); at; at = at->ai_next) {
        if ((at->ai_family == AF_INET || at->ai_family == AF_INET6) && at->ai_addrlen <= sizeof(sockaddr_storage)) {
            Address& address = addresses.emplace_back();
            std::memcpy(&address.storage, at->ai_addr, at->ai_addrlen);
            address.size = at->ai_addrlen;
        }
    }
    if (addresses.empty()) {
        throw NetError(FailureKind::dns, "the name " + host + " has no address");
    }
    return by_turns(addresses);
}

Connected connect_first(const std::vector<Address>& addresses, const os::Deadline& deadline) {
    return Race(addresses, deadline).run();
}

} // namespace mailquotad::net
