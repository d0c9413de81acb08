// What fills a mailbox, from numbers alone: UID, RFC822.SIZE, INTERNALDATE and FLAGS; never a header or a body.
#pragma once

#include "core/measurement.h"
#include "core/time.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mailquotad {

/// A calendar month, counted from year 0: 12 × year + month − 1.
struct Month {
    std::int32_t index = 0;
    auto operator<=>(const Month&) const = default;
};

/// The month of a day, and the first day of a month.
Month month_of(std::chrono::sys_days day);
std::chrono::sys_days first_day(Month month);

/// Lower bounds of the size classes 1 and up in bytes; class 0 holds what is smaller than the first.
inline constexpr std::int64_t kSizeClassBounds[] = {10'000, 100'000, 1'000'000, 5'000'000, 10'000'000, 25'000'000};
inline constexpr int kSizeClasses = 7;

/// The class of a message: how many of the bounds it reaches.
int size_class_of(std::int64_t size_bytes);

/// What is special about a message; the last that applies, so that each message is counted under exactly one.
enum class Mark {
    plain,
    duplicate, ///< suspected: another message of its folder has the same size and arrived in the same second
    flagged,   ///< \Flagged: advice about old mail leaves it out
    deleted,   ///< \Deleted and not expunged yet
};
inline constexpr int kMarks = 4;

/// Where a message is counted. The month is that of INTERNALDATE as the server writes it, without its zone, which is
/// what SEARCH BEFORE goes by too (RFC 3501 section 6.4.4).
struct BinKey {
    Month month;
    std::int16_t size_class = 0;
    Mark mark = Mark::plain;
    auto operator<=>(const BinKey&) const = default;
};

/// Messages that are counted together.
struct Bin {
    std::int64_t messages = 0;
    std::int64_t size_bytes = 0;
    void add(const Bin& other); ///< saturates
    bool operator==(const Bin&) const = default;
};

/// What shows whether a folder is still as it was seen, and where looking at it goes on.
struct SeenFolder {
    std::int64_t uidvalidity = 0;
    std::int64_t uidnext = 0;       ///< 0: the server does not tell it
    std::int64_t messages = 0;      ///< that were counted
    std::int64_t highestmodseq = 0; ///< 0: the server does not tell it
    std::int64_t next_uid = 0;      ///< 0: complete; else where the next look goes on
    bool operator==(const SeenFolder&) const = default;
};

/// The day on which most messages of a folder arrived. A large share of one day is the day of a move to this server.
struct BusiestDay {
    std::chrono::sys_days day{};
    std::int64_t messages = 0;
    bool operator==(const BusiestDay&) const = default;
};

/// One folder as surveyed.
struct FolderSurvey {
    std::string key = {};  ///< keyed hash of the folder's name; all that is stored of it
    std::string name = {}; ///< only right after the look itself; empty when read from the database
    FolderRole role = FolderRole::other;
    SeenFolder seen = {};
    BusiestDay busiest_day = {};
    std::map<BinKey, Bin> bins = {};

    [[nodiscard]] Bin total() const;
    [[nodiscard]] Bin sum(Mark mark) const; ///< of one mark
    /// Whether more than 30 % arrived on one day: then INTERNALDATE is the date of a move, not of the mail.
    [[nodiscard]] bool was_moved_at_once() const;
    bool operator==(const FolderSurvey&) const = default;
};

/// One of the largest messages: role, date and size, and what is needed not to count it twice; nothing else.
struct LargeMessage {
    FolderRole role = FolderRole::other;
    std::string folder_key = {};
    Time date{};
    Month month = {}; ///< as in BinKey
    std::int64_t size_bytes = 0;
    Mark mark = Mark::plain;
    bool operator==(const LargeMessage&) const = default;
};

/// Whether what lies in folders of a role counts against the quota; learned by comparing sums (core/counting.h).
enum class Counts { yes, no, presumably };

/// "yes", "no", "presumably".
std::string_view to_string(Counts counts);
std::optional<Counts> parse_counts(std::string_view text);

struct Survey {
    Time surveyed_at{};
    bool complete = false; ///< false: the time was up; what is here is right, and the next look goes on
    std::vector<FolderSurvey> folders;
    std::vector<LargeMessage> largest; ///< at most 20, largest first
    /// Nothing larger than this is missing in `largest`; 0: nothing is missing at all.
    std::int64_t largest_floor_bytes = 0;
    bool operator==(const Survey&) const = default;

    [[nodiscard]] const FolderSurvey* find(std::string_view key) const; ///< nullptr where there is none
    [[nodiscard]] Bin total() const;
};

inline constexpr std::size_t kLargestKept = 20;

/// Puts a message into `largest` where it belongs there: at most 20, largest first, of equal ones the newer.
void keep_largest(std::vector<LargeMessage>& largest, const LargeMessage& message);

/// How large a mail this mailbox usually gets: the largest one that arrived in the last 90 days where it is among the
/// 20 largest, else the mean of the largest size class that those days have. Sent mail, drafts, Trash and Junk are left
/// out. Nothing where nothing arrived.
std::optional<std::int64_t> largest_usual_mail(const Survey& survey, Time now);

} // namespace mailquotad
