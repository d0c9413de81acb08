#include "net/socket.h"

#include "net/transport.h"

#include <cerrno>
#include <system_error>
#include <utility>

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace mailquotad::net {
namespace {

[[noreturn]] void throw_timeout(const os::Deadline& deadline, std::string_view doing) {
    const bool cancelled = deadline.cancellation && deadline.cancellation->cancelled();
    throw NetError(FailureKind::timeout, (cancelled ? "stopped while " : "time is up while ") + std::string(doing));
}

bool would_block(int error_number) {
    return error_number == EAGAIN || error_number == EWOULDBLOCK;
}

} // namespace

std::string error_text(int error_number) {
    return std::generic_category().message(error_number);
}

void require_time(const os::Deadline& deadline, std::string_view doing) {
    if (deadline.passed()) {
        throw_timeout(deadline, doing);
    }
}

void wait_for(int descriptor, short events, const os::Deadline& deadline, std::string_view doing) {
    pollfd waiting[2] = {
        {.fd = descriptor, .events = events, .revents = 0},
        {.fd = deadline.cancellation ? deadline.cancellation->descriptor() : -1, .events = POLLIN, .revents = 0}};
    for (;;) {
        require_time(deadline, doing);
        const int ready = ::poll(waiting, 2, deadline.poll_timeout());
        if (ready < 0 && errno != EINTR) {
            throw NetError(FailureKind::internal, "poll: " + error_text(errno));
        }
        if (ready > 0 && waiting[0].revents != 0 && waiting[1].revents == 0) {
            return;
        }
    }
}

Socket& Socket::operator=(Socket&& other) noexcept {
    if (this != &other) {
        close();
        descriptor_ = other.release();
    }
    return *this;
}

int Socket::release() noexcept {
    return std::exchange(descriptor_, -1);
}

void Socket::close() noexcept {
    if (descriptor_ >= 0) {
        ::close(release());
    }
}

std::size_t Socket::read(std::span<char> buffer, const os::Deadline& deadline) {
    for (;;) {
        require_time(deadline, "reading");
        const ssize_t size = ::recv(descriptor_, buffer.data(), buffer.size(), 0);
        if (size >= 0) {
            return static_cast<std::size_t>(size);
        }
        if (would_block(errno)) {
            wait_for(descriptor_, POLLIN, deadline, "reading");
        } else if (errno != EINTR) {
            throw NetError(FailureKind::connect, "connection lost while reading: " + error_text(errno));
        }
    }
}

void Socket::write(std::string_view bytes, const os::Deadline& deadline) {
    while (!bytes.empty()) {
        require_time(deadline, "writing");
        const ssize_t size = ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (size >= 0) {
            bytes.remove_prefix(static_cast<std::size_t>(size));
        } else if (would_block(errno)) {
            wait_for(descriptor_, POLLOUT, deadline, "writing");
        } else if (errno != EINTR) {
            throw NetError(FailureKind::connect, "connection lost while writing: " + error_text(errno));
        }
    }
}

} // namespace mailquotad::net
