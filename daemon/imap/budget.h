// How much one probe may keep in memory, whatever a server sends.
#pragma once

#include "net/transport.h"

#include <cstddef>

namespace mailquotad::imap {

/// Counts the bytes that a probe keeps or buffers, altogether. Shared by the reader and everything that keeps answers.
class Budget {
public:
    static constexpr std::size_t kMaxBytes = 2U << 20;

    /// Takes `bytes` from what is left. Throws NetError limit where that is less.
    void charge(std::size_t bytes) {
        if (bytes > kMaxBytes - used_) {
            throw net::NetError(FailureKind::limit, "the server's answers are larger than 2 MiB altogether");
        }
        used_ += bytes;
    }

    /// Bytes taken so far.
    [[nodiscard]] std::size_t used() const { return used_; }

private:
    std::size_t used_ = 0;
};

} // namespace mailquotad::imap
