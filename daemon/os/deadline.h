// One absolute point in steady time after which nothing is waited for, and a way to end all waiting at once.
#pragma once

#include "os/clock.h"

#include <memory>

namespace mailquotad::os {

/// Ends blocking waits of other threads, for good: poll() for `descriptor()` beside the socket.
/// Thread-safe. Owns an eventfd.
class Cancellation {
public:
    Cancellation(); ///< throws std::system_error
    ~Cancellation();
    Cancellation(const Cancellation&) = delete;
    Cancellation& operator=(const Cancellation&) = delete;
    void cancel() noexcept;
    [[nodiscard]] bool cancelled() const noexcept;
    [[nodiscard]] int descriptor() const noexcept { return descriptor_; }

private:
    int descriptor_ = -1;
};

struct Deadline {
    SteadyTime at;
    const Cancellation* cancellation = nullptr; ///< optional; must outlive the wait

    /// `timeout` from now.
    static Deadline in(std::chrono::milliseconds timeout, const Cancellation* cancellation = nullptr);
    /// Milliseconds left for poll(), rounded up; 0 when it has passed or was cancelled.
    [[nodiscard]] int poll_timeout() const;
    [[nodiscard]] bool passed() const;
};

} // namespace mailquotad::os
