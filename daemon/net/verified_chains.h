// Remembers for a while which certificate chains were good, since verifying one costs more than the rest of a poll.
#pragma once

#include "core/time.h"

#include <cstddef>
#include <map>
#include <mutex>
#include <optional>
#include <string>

namespace mailquotad::net {

/// From when until when a chain is valid: the narrowest of all its certificates, and of the CA above it.
struct Validity {
    Time from = Time::min();
    Time until = Time::max();

    /// Makes it as narrow as this one, too.
    void narrow(Time other_from, Time other_until);
};

/// Keys of chains that were verified against one set of CAs. A key stands for the whole chain as the server presented
/// it and the host it was for: anything else is verified anew. Thread-safe.
class VerifiedChains {
public:
    static constexpr Seconds kMaxAge{3600};
    static constexpr std::size_t kMost = 256;

    /// Whether this was verified at most an hour ago and every certificate is still valid now.
    [[nodiscard]] bool contains(const std::string& key, Time now);
    /// Notes that this was verified now.
    void add(const std::string& key, const Validity& validity, Time now);
    /// How many are remembered, valid or not.
    [[nodiscard]] std::size_t size() const;

private:
    struct Entry {
        Time verified_at;
        Validity validity;
    };
    static bool holds(const Entry& entry, Time now);

    mutable std::mutex mutex_;
    std::map<std::string, Entry> entries_;
};

} // namespace mailquotad::net
