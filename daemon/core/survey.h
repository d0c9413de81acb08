// What fills a mailbox, from numbers alone: UID, RFC822.SIZE, INTERNALDATE and FLAGS; never a header or a body.
#pragma once

#include "core/measurement.h"
#include "core/time.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace mailquotad {

/// A calendar month, counted from year 0: 12 × year + month − 1.
struct Month {
    std::int32_t index = 0;
    auto operator<=>(const Month&) const = default;
};

/// Messages of one folder, month and size class.
struct Bin {
    std::int64_t messages = 0;
    std::int64_t size_bytes = 0;
    bool operator==(const Bin&) const = default;
};

/// Upper bounds of the size classes in bytes; the last class has none.
inline constexpr std::int64_t kSizeClassBounds[] = {10'000, 100'000, 1'000'000, 5'000'000, 10'000'000, 25'000'000};
inline constexpr int kSizeClasses = 7;

/// One folder as surveyed.
struct FolderSurvey {
    std::string key;  ///< keyed hash of the folder's name; all that is stored of it
    std::string name; ///< only right after the look itself; empty when read from the database
    FolderRole role = FolderRole::other;
    std::map<std::pair<Month, int>, Bin> bins; ///< by INTERNALDATE's month (UTC) and size class
    Bin total;
    Bin marked_deleted;      ///< flagged \Deleted and not expunged yet
    Bin flagged;             ///< flagged \Flagged: advice about old mail leaves them out
    Bin suspected_duplicate; ///< all but the first of each group of the same size and second
    bool operator==(const FolderSurvey&) const = default;
};

/// One of the largest messages: role, date and size, nothing else.
struct LargeMessage {
    FolderRole role = FolderRole::other;
    std::string folder_key;
    Time date{};
    std::int64_t size_bytes = 0;
    bool operator==(const LargeMessage&) const = default;
};

/// Whether what lies in folders of a role counts against the quota; learned by comparing sums (FACTS-users 2.2).
enum class Counts { yes, no, presumably };

struct Survey {
    Time surveyed_at{};
    bool complete = false; ///< false: the time was up; what is here is right, and the next look goes on
    std::vector<FolderSurvey> folders;
    std::vector<LargeMessage> largest;                ///< at most 20, largest first
    std::optional<std::int64_t> largest_recent_bytes; ///< largest message of the last 90 days
    std::map<FolderRole, Counts> counts;              ///< missing: presumably
    bool operator==(const Survey&) const = default;
};

inline constexpr std::size_t kLargestKept = 20;

} // namespace mailquotad
