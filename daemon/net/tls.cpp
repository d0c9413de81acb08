#include "net/tls.h"

#include "core/escape.h"
#include "net/happy_eyeballs.h"
#include "net/socket.h"
#include "net/tls_verify.h"
#include "net/transport.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

#include <gnutls/gnutls.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/uio.h>

namespace mailquotad::net {
namespace {

constexpr std::size_t kFirstBytes = 64;
constexpr char kHandshakeRecord = 22; // RFC 8446 section 5.1
constexpr char kAlertRecord = 21;

void require(int code, const char* doing) {
    if (code < 0) {
        throw NetError(FailureKind::tls, std::string(doing) + ": " + gnutls_strerror(code));
    }
}

/// A final dot says that the name is complete; neither SNI (RFC 6066 section 3) nor certificates have it.
std::string without_dot(const std::string& host) {
    return host.ends_with('.') ? host.substr(0, host.size() - 1) : host;
}

} // namespace

/// The library's view of the socket and of the verification. No exception leaves these functions.
struct TlsSession::Callbacks {
    static ssize_t push(gnutls_transport_ptr_t self, const giovec_t* parts, int count) {
        auto& session = *static_cast<TlsSession*>(self);
        msghdr message{};
        message.msg_iov = const_cast<iovec*>(parts);
        message.msg_iovlen = static_cast<std::size_t>(count);
        const ssize_t size = ::sendmsg(session.socket_, &message, MSG_NOSIGNAL);
        return session.noted(size);
    }

    static ssize_t pull(gnutls_transport_ptr_t self, void* buffer, std::size_t room) {
        auto& session = *static_cast<TlsSession*>(self);
        const ssize_t size = ::recv(session.socket_, buffer, room, 0);
        if (size > 0 && session.first_bytes_.size() < kFirstBytes) {
            const std::size_t wanted = kFirstBytes - session.first_bytes_.size();
            session.first_bytes_.append(static_cast<const char*>(buffer),
                                        std::min(static_cast<std::size_t>(size), wanted));
        }
        return session.noted(size);
    }

    static int verify(gnutls_session_t session) {
        auto& self = *static_cast<TlsSession*>(gnutls_session_get_ptr(session));
        try {
            self.verify();
        } catch (...) {
            self.verify_error_ = std::current_exception();
        }
        return self.verified_ ? 0 : GNUTLS_E_CERTIFICATE_ERROR;
    }
};

ssize_t TlsSession::noted(ssize_t size) noexcept {
    if (size < 0) {
        socket_error_ = errno;
        gnutls_transport_set_errno(session_, errno);
    }
    return size;
}

TlsSession::TlsSession(int socket, const std::string& host, const Trust& trust,
                       std::shared_ptr<const TlsCredentials> credentials)
    : socket_(socket), host_(without_dot(host)), trust_(trust), credentials_(std::move(credentials)) {
    require(gnutls_init(&session_,
                        GNUTLS_CLIENT | GNUTLS_NONBLOCK | GNUTLS_NO_SIGNAL | GNUTLS_NO_TICKETS | GNUTLS_KEY_SHARE_TOP),
            "TLS");
    try {
        require(gnutls_priority_set(session_, credentials_->priorities()), "TLS settings");
        require(gnutls_credentials_set(session_, GNUTLS_CRD_CERTIFICATE, credentials_->get()), "TLS credentials");
        if (!is_ip_address(host_)) {
            require(gnutls_server_name_set(session_, GNUTLS_NAME_DNS, host_.data(), host_.size()), "server name");
        }
    } catch (const NetError&) {
        gnutls_deinit(session_);
        throw;
    }
    gnutls_session_set_ptr(session_, this);
    gnutls_session_set_verify_function(session_, &Callbacks::verify);
    gnutls_transport_set_ptr(session_, this);
    gnutls_transport_set_vec_push_function(session_, &Callbacks::push);
    gnutls_transport_set_pull_function(session_, &Callbacks::pull);
}

TlsSession::~TlsSession() {
    gnutls_deinit(session_);
}

void TlsSession::verify() {
    distrust_ = distrust(session_, host_, trust_, *credentials_);
    verified_ = !distrust_;
}

void TlsSession::wait(const os::Deadline& deadline, std::string_view doing) const {
    wait_for(socket_, gnutls_record_get_direction(session_) == 0 ? POLLIN : POLLOUT, deadline, doing);
}

void TlsSession::handshake(const os::Deadline& deadline) {
    constexpr std::string_view kDoing = "shaking hands for TLS";
    for (;;) {
        require_time(deadline, kDoing);
        const int code = gnutls_handshake(session_);
        if (code == GNUTLS_E_SUCCESS) {
            break;
        }
        if (code == GNUTLS_E_AGAIN) {
            wait(deadline, kDoing);
        } else if (gnutls_error_is_fatal(code) != 0) {
            // The server's log shall say why, too; over a broken socket it would only hide the first error.
            if (code != GNUTLS_E_PULL_ERROR && code != GNUTLS_E_PUSH_ERROR) {
                gnutls_alert_send_appropriate(session_, code);
            }
            fail_handshake(code);
        }
    }
    if (!verified_) {
        throw NetError(FailureKind::tls, "the server was not verified");
    }
}

std::size_t TlsSession::read(std::span<char> buffer, const os::Deadline& deadline) {
    while (!ended_) {
        require_time(deadline, "reading");
        const ssize_t code = gnutls_record_recv(session_, buffer.data(), buffer.size());
        if (code > 0) {
            return static_cast<std::size_t>(code);
        }
        // Servers close without close_notify; mail protocols tell an answer's end themselves.
        if (code == 0 || code == GNUTLS_E_PREMATURE_TERMINATION) {
            ended_ = true;
        } else if (code == GNUTLS_E_AGAIN) {
            wait(deadline, "reading");
        } else if (gnutls_error_is_fatal(static_cast<int>(code)) != 0) {
            fail(static_cast<int>(code), "reading");
        }
    }
    return 0;
}

void TlsSession::write(std::string_view bytes, const os::Deadline& deadline) {
    while (!bytes.empty()) {
        require_time(deadline, "writing");
        const ssize_t code = gnutls_record_send(session_, bytes.data(), bytes.size());
        if (code >= 0) {
            bytes.remove_prefix(static_cast<std::size_t>(code));
        } else if (code == GNUTLS_E_AGAIN) {
            wait(deadline, "writing");
        } else if (gnutls_error_is_fatal(static_cast<int>(code)) != 0) {
            fail(static_cast<int>(code), "writing");
        }
    }
}

bool TlsSession::has_buffered() const {
    return gnutls_record_check_pending(session_) > 0;
}

std::string TlsSession::version() const {
    const char* name = gnutls_protocol_get_name(gnutls_protocol_get_version(session_));
    return name ? name : "";
}

int TlsSession::handshake_round_trips() const {
    return gnutls_protocol_get_version(session_) == GNUTLS_TLS1_3 ? 1 : 2;
}

bool TlsSession::server_speaks_last() const {
    return gnutls_protocol_get_version(session_) != GNUTLS_TLS1_3;
}

void TlsSession::bye() noexcept {
    gnutls_bye(session_, GNUTLS_SHUT_WR);
}

void TlsSession::fail(int code, std::string_view doing) const {
    const std::string when = " while " + std::string(doing);
    if (code == GNUTLS_E_PULL_ERROR || code == GNUTLS_E_PUSH_ERROR) {
        throw NetError(FailureKind::connect, "connection lost" + when + ": " + error_text(socket_error_));
    }
    if (code == GNUTLS_E_FATAL_ALERT_RECEIVED) {
        const char* alert = gnutls_alert_get_name(gnutls_alert_get(session_));
        throw NetError(FailureKind::tls, "TLS alert from the server" + when + ": " + (alert ? alert : "unknown"));
    }
    throw NetError(FailureKind::tls, "TLS failed" + when + ": " + gnutls_strerror(code));
}

std::string TlsSession::first_words() const {
    // The library has asked for the head of a TLS record only; what else came in the same packet makes it readable.
    std::string words = first_bytes_;
    std::array<char, kFirstBytes> more{};
    if (const ssize_t size = ::recv(socket_, more.data(), more.size(), MSG_DONTWAIT); size > 0) {
        words.append(more.data(), static_cast<std::size_t>(size));
    }
    return for_terminal(words.substr(0, words.find_first_of("\r\n")));
}

void TlsSession::fail_handshake(int code) const {
    if (verify_error_) {
        std::rethrow_exception(verify_error_);
    }
    if (distrust_) {
        throw NetError(FailureKind::tls, *distrust_);
    }
    if (!first_bytes_.empty() && first_bytes_.front() != kHandshakeRecord && first_bytes_.front() != kAlertRecord) {
        throw NetError(FailureKind::tls, "the server does not speak TLS here, it said: " + first_words());
    }
    const bool refused_version =
        code == GNUTLS_E_FATAL_ALERT_RECEIVED && gnutls_alert_get(session_) == GNUTLS_A_PROTOCOL_VERSION;
    if (refused_version || code == GNUTLS_E_UNSUPPORTED_VERSION_PACKET) {
        throw NetError(FailureKind::tls, "the server only speaks a TLS older than 1.2, which is not safe");
    }
    if (code == GNUTLS_E_PREMATURE_TERMINATION) {
        throw NetError(FailureKind::tls, "the server closed the connection during the TLS handshake");
    }
    fail(code, "shaking hands for TLS");
}

} // namespace mailquotad::net
