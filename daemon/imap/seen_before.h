// Finds what was seen before in constant memory.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <vector>

namespace mailquotad::imap {

/// A set of 64-bit fingerprints that never grows beyond 1 MiB. Up to about 100,000 entries it forgets nothing; beyond
/// that an old entry makes room for each new one, so that copies which lie near each other are still found and nothing
/// is ever found that was not there (but for one in 2^64).
class SeenBefore {
public:
    /// For about so many entries.
    explicit SeenBefore(std::int64_t expected) {
        std::size_t buckets = 16;
        while (buckets < kMostBuckets && static_cast<std::int64_t>(buckets * kWays / 2) < expected) {
            buckets *= 2;
        }
        buckets_.resize(buckets);
    }

    /// Adds a fingerprint; returns whether it was there.
    bool insert(std::uint64_t fingerprint) {
        fingerprint = mix(fingerprint) | 1U; // 0 is an empty place
        Bucket& bucket = buckets_[(fingerprint >> 32U) & (buckets_.size() - 1)];
        if (std::find(bucket.begin(), bucket.end(), fingerprint) != bucket.end()) {
            return true;
        }
        std::copy_backward(bucket.begin(), bucket.end() - 1, bucket.end()); // the oldest makes room
        bucket.front() = fingerprint;
        return false;
    }

private:
    static constexpr std::size_t kWays = 8;
    static constexpr std::size_t kMostBuckets = (1U << 20) / (kWays * sizeof(std::uint64_t));
    using Bucket = std::array<std::uint64_t, kWays>;

    static std::uint64_t mix(std::uint64_t value) { // splitmix64's finaliser: every bit depends on every bit
        value = (value ^ (value >> 30U)) * 0xBF58476D1CE4E5B9ULL;
        value = (value ^ (value >> 27U)) * 0x94D049BB133111EBULL;
        return value ^ (value >> 31U);
    }

    std::vector<Bucket> buckets_;
};

} // namespace mailquotad::imap
