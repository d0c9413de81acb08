#include "os/deadline.h"

#include <cerrno>
#include <climits>
#include <cstdint>
#include <system_error>

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

namespace mailquotad::os {

Cancellation::Cancellation() : descriptor_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
    if (descriptor_ < 0) {
        throw std::system_error(errno, std::generic_category(), "eventfd");
    }
}

Cancellation::~Cancellation() {
    ::close(descriptor_);
}

void Cancellation::cancel() noexcept {
    // The counter is never read back, so that it stays readable for every waiter. A failure can only mean that the
    // counter is at its maximum, that is, readable.
    const std::uint64_t one = 1;
    [[maybe_unused]] const ssize_t written = ::write(descriptor_, &one, sizeof one);
}

bool Cancellation::cancelled() const noexcept {
    pollfd waiting{.fd = descriptor_, .events = POLLIN, .revents = 0};
    return ::poll(&waiting, 1, 0) > 0;
}

Deadline Deadline::in(std::chrono::milliseconds timeout, const Cancellation* cancellation) {
    const SteadyTime now = std::chrono::steady_clock::now();
    const auto longest = std::chrono::duration_cast<std::chrono::milliseconds>(SteadyTime::max() - now);
    return {.at = timeout < longest ? now + timeout : SteadyTime::max(), .cancellation = cancellation};
}

int Deadline::poll_timeout() const {
    if (cancellation && cancellation->cancelled()) {
        return 0;
    }
    const SteadyTime now = std::chrono::steady_clock::now();
    if (at <= now) {
        return 0;
    }
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(at - now).count();
    return left < INT_MAX ? static_cast<int>(left) : INT_MAX;
}

bool Deadline::passed() const {
    return std::chrono::steady_clock::now() >= at || (cancellation && cancellation->cancelled());
}

} // namespace mailquotad::os
