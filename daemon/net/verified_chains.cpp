#include "net/verified_chains.h"

#include <algorithm>

namespace mailquotad::net {

void Validity::narrow(Time other_from, Time other_until) {
    from = std::max(from, other_from);
    until = std::min(until, other_until);
}

bool VerifiedChains::holds(const Entry& entry, Time now) {
    const bool is_fresh = now >= entry.verified_at && now - entry.verified_at < kMaxAge; // a clock may be set back
    return is_fresh && now >= entry.validity.from && now <= entry.validity.until;
}

bool VerifiedChains::contains(const std::string& key, Time now) {
    const std::lock_guard lock(mutex_);
    const auto found = entries_.find(key);
    if (found == entries_.end()) {
        return false;
    }
    if (holds(found->second, now)) {
        return true;
    }
    entries_.erase(found);
    return false;
}

void VerifiedChains::add(const std::string& key, const Validity& validity, Time now) {
    const std::lock_guard lock(mutex_);
    if (entries_.size() >= kMost && !entries_.contains(key)) {
        std::erase_if(entries_, [now](const auto& entry) { return !holds(entry.second, now); });
    }
    if (entries_.size() >= kMost && !entries_.contains(key)) {
        entries_.erase(std::min_element(entries_.begin(), entries_.end(), [](const auto& one, const auto& other) {
            return one.second.verified_at < other.second.verified_at;
        }));
    }
    entries_[key] = {.verified_at = now, .validity = validity};
}

std::size_t VerifiedChains::size() const {
    const std::lock_guard lock(mutex_);
    return entries_.size();
}

} // namespace mailquotad::net
