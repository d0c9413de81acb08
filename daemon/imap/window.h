// How many UIDs of a large folder are fetched at once, so that what was fetched can be kept when time runs out.
#pragma once

#include "core/byte_size.h"
#include "os/clock.h"

#include <algorithm>
#include <cstdint>

namespace mailquotad::imap {

inline constexpr std::int64_t kUsualWindow = 20'000; ///< UIDs fetched at once

/// Grows over gaps between UIDs, shrinks where the server is slow.
class Window {
public:
    static constexpr std::chrono::seconds kSlow{5};

    /// `remembered` is what for_next_time() said before a session broke; 0 for the usual.
    explicit Window(std::int64_t remembered)
        : size_(remembered > 0 ? std::clamp(remembered, kSmallest, kUsualWindow) : kUsualWindow) {}

    /// The last UID of the window that begins at `first`, below `uidnext`.
    [[nodiscard]] std::int64_t last(std::int64_t first, std::int64_t uidnext) const {
        return std::min(first > kMaxCount - size_ ? kMaxCount : first + size_ - 1, uidnext - 1);
    }
    /// What to begin with after this window failed: a smaller one.
    [[nodiscard]] std::int64_t for_next_time() const { return std::max(kSmallest, std::min(size_, kUsualWindow) / 4); }
    /// Learns from a window in which `found` messages were and that took so long.
    void adapt(std::int64_t found, os::SteadyTime::duration took) {
        if (took > kSlow) {
            size_ = std::max(kSmallest, size_ / 2);
        } else if (found < size_ / 4 && size_ < kLargest) {
            size_ *= 2; // UIDs with large gaps
        } else if (found > kUsualWindow) {
            size_ = std::max(kUsualWindow, size_ / 2);
        }
    }

private:
    static constexpr std::int64_t kSmallest = 500;
    static constexpr std::int64_t kLargest = 1LL << 40;
    std::int64_t size_;
};

} // namespace mailquotad::imap
