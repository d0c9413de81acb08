#include "unit/net/loopback_server.h"

#include <array>
#include <chrono>
#include <stdexcept>

#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace mailquotad::tests {
namespace {

constexpr int kPatience = 20; ///< seconds

int tcp_socket(int flags) {
    const int descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | flags, 0);
    if (descriptor < 0) {
        throw std::runtime_error("socket");
    }
    return descriptor;
}

sockaddr_in loopback(std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(port);
    return address;
}

/// Binds to a free port of 127.0.0.1 and returns it.
std::uint16_t bind_free(int descriptor) {
    sockaddr_in address = loopback(0);
    socklen_t size = sizeof address;
    if (::bind(descriptor, reinterpret_cast<sockaddr*>(&address), size) != 0 ||
        ::getsockname(descriptor, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
        throw std::runtime_error("bind");
    }
    return ntohs(address.sin_port);
}

gnutls_datum_t datum(const std::string& text) {
    return {.data = reinterpret_cast<unsigned char*>(const_cast<char*>(text.data())),
            .size = static_cast<unsigned>(text.size())};
}

} // namespace

struct Peer::Tls {
    gnutls_certificate_credentials_t credentials = nullptr;
    gnutls_session_t session = nullptr;
    Tls() = default;
    Tls(const Tls&) = delete;
    Tls& operator=(const Tls&) = delete;
    ~Tls() {
        gnutls_deinit(session);
        gnutls_certificate_free_credentials(credentials);
    }
};

Peer::Peer(int descriptor) : descriptor_(descriptor) {
    const timeval patience{.tv_sec = kPatience, .tv_usec = 0};
    ::setsockopt(descriptor_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    ::setsockopt(descriptor_, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
}

Peer::~Peer() {
    hang_up();
}

bool Peer::start_tls(const Identity& identity, const char* priority) {
    auto tls = std::make_unique<Tls>();
    const gnutls_datum_t certificate = datum(identity.certificate);
    const gnutls_datum_t key = datum(identity.key);
    gnutls_certificate_allocate_credentials(&tls->credentials);
    if (gnutls_certificate_set_x509_key_mem(tls->credentials, &certificate, &key, GNUTLS_X509_FMT_PEM) < 0) {
        throw std::runtime_error("test server: certificate");
    }
    gnutls_init(&tls->session, GNUTLS_SERVER | GNUTLS_NO_SIGNAL);
    if (gnutls_priority_set_direct(tls->session, priority, nullptr) < 0) {
        throw std::runtime_error("test server: priority");
    }
    gnutls_credentials_set(tls->session, GNUTLS_CRD_CERTIFICATE, tls->credentials);
    gnutls_transport_set_int(tls->session, descriptor_);
    int code = GNUTLS_E_AGAIN;
    while (code < 0 && gnutls_error_is_fatal(code) == 0) {
        code = gnutls_handshake(tls->session);
    }
    if (code < 0) {
        gnutls_alert_send_appropriate(tls->session, code);
        return false;
    }
    tls_ = std::move(tls);
    return true;
}

bool Peer::write(std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t size = tls_ ? gnutls_record_send(tls_->session, bytes.data(), bytes.size())
                                  : ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (size <= 0) {
            return false;
        }
        bytes.remove_prefix(static_cast<std::size_t>(size));
    }
    return true;
}

std::string Peer::read() {
    std::string out = std::move(buffered_);
    buffered_.clear();
    if (!out.empty()) {
        return out;
    }
    std::array<char, 16384> buffer{};
    const ssize_t size = tls_ ? gnutls_record_recv(tls_->session, buffer.data(), buffer.size())
                              : ::recv(descriptor_, buffer.data(), buffer.size(), 0);
    return size > 0 ? std::string(buffer.data(), static_cast<std::size_t>(size)) : std::string();
}

std::string Peer::read_line() {
    std::string got;
    for (std::string more = read(); !more.empty(); more = read()) {
        got += more;
        if (const auto end = got.find("\r\n"); end != std::string::npos) {
            buffered_ = got.substr(end + 2);
            return got.substr(0, end);
        }
    }
    return got;
}

std::string Peer::read_to_end() {
    std::string out;
    for (std::string more = read(); !more.empty(); more = read()) {
        out += more;
    }
    return out;
}

std::string Peer::read_raw(std::size_t size) {
    std::string out(size, '\0');
    const ssize_t got = ::recv(descriptor_, out.data(), size, MSG_WAITALL);
    out.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
    return out;
}

bool Peer::stays_for(std::chrono::milliseconds time) {
    pollfd waiting{.fd = descriptor_, .events = POLLRDHUP, .revents = 0};
    return ::poll(&waiting, 1, static_cast<int>(time.count())) == 0;
}

void Peer::hang_up() {
    if (descriptor_ >= 0) {
        tls_.reset();
        ::shutdown(descriptor_, SHUT_RDWR);
        ::close(descriptor_);
        descriptor_ = -1;
    }
}

void Peer::reset() {
    const linger at_once{.l_onoff = 1, .l_linger = 0};
    ::setsockopt(descriptor_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    tls_.reset();
    ::close(descriptor_);
    descriptor_ = -1;
}

std::string Peer::server_name() const {
    std::array<char, 256> name{};
    std::size_t size = name.size();
    unsigned type = GNUTLS_NAME_DNS;
    const bool given = gnutls_server_name_get(tls_->session, name.data(), &size, &type, 0) == GNUTLS_E_SUCCESS;
    return given ? name.data() : "";
}

LoopbackServer::LoopbackServer(std::function<void(Peer&)> handler)
    : handler_(std::move(handler)), listener_(tcp_socket(0)), port_(bind_free(listener_)) {
    ::listen(listener_, 16);
    thread_ = std::thread([this] { run(); });
}

void LoopbackServer::run() {
    for (;;) {
        const int descriptor = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
        if (descriptor < 0) {
            return;
        }
        // The peer gets a descriptor of its own, so that stop() can never touch a number that was given away again.
        const int own = ::dup(descriptor);
        {
            const std::lock_guard lock(mutex_);
            current_ = descriptor;
            if (stopping_) {
                ::shutdown(descriptor, SHUT_RDWR);
            }
        }
        {
            Peer peer(own);
            handler_(peer);
        }
        const std::lock_guard lock(mutex_);
        ::close(current_);
        current_ = -1;
    }
}

void LoopbackServer::stop() {
    if (!thread_.joinable()) {
        return;
    }
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
        if (current_ >= 0) {
            ::shutdown(current_, SHUT_RDWR);
        }
    }
    ::shutdown(listener_, SHUT_RDWR);
    thread_.join();
    ::close(listener_);
}

RefusingPort::RefusingPort() : descriptor_(tcp_socket(0)), port_(bind_free(descriptor_)) {}

RefusingPort::~RefusingPort() {
    ::close(descriptor_);
}

SilentPort::SilentPort() : listener_(tcp_socket(0)), port_(bind_free(listener_)) {
    // A full queue of connections that nobody accepts: the kernel drops further ones unanswered.
    ::listen(listener_, 0);
    const sockaddr_in address = loopback(port_);
    for (int i = 0; i < 4; ++i) {
        fillers_.push_back(tcp_socket(SOCK_NONBLOCK));
        ::connect(fillers_.back(), reinterpret_cast<const sockaddr*>(&address), sizeof address);
    }
}

SilentPort::~SilentPort() {
    for (const int descriptor : fillers_) {
        ::close(descriptor);
    }
    ::close(listener_);
}

} // namespace mailquotad::tests
