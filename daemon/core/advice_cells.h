// The messages of a mailbox as advice sees them: groups that every advice takes whole or not at all.
#pragma once

#include "core/advice.h"

#include <vector>

namespace mailquotad {

/// A set of kinds of advice.
using KindSet = unsigned;
constexpr KindSet set_of(AdviceKind kind) {
    return 1U << static_cast<unsigned>(kind);
}

/// Messages that each kind of advice takes together, so that overlapping advice is counted once.
struct Cell {
    Month month;
    Bin bin;
    KindSet kinds = 0;       ///< which advice takes it; archiving is `archive`
    bool archive = false;    ///< may be archived when it is old enough
    bool large = false;      ///< of at least kLargeBytes
    bool moved_date = false; ///< its date is that of a move
};

inline constexpr std::int64_t kLargeBytes = 1'000'000;    ///< sent_attachments, archive_old_big, delete_largest
inline constexpr std::int64_t kLargeDraftBytes = 100'000; ///< drafts

/// What counts against the quota, as far as it is known, by month, the oldest first.
std::vector<Cell> cells_of(const AdviceFacts& facts);

} // namespace mailquotad
