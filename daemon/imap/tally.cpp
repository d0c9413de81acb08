#include "imap/tally.h"

#include "core/byte_size.h"

#include <algorithm>

namespace mailquotad::imap {

BusiestDay DayCounts::busiest() const {
    const auto most = std::max_element(counts_.begin(), counts_.end());
    return *most == 0
               ? BusiestDay{}
               : BusiestDay{.day = kFirstMailDay + Days(static_cast<int>(most - counts_.begin())), .messages = *most};
}

FolderTally::FolderTally(FolderSurvey& folder, std::int64_t expected, std::chrono::sys_days today)
    : folder_(folder), today_(today), expected_(expected), days_(today), seen_(expected) {
    if (folder.busiest_day.messages > 0) {
        days_.add(days_.clamp(folder.busiest_day.day), folder.busiest_day.messages);
    }
}

bool FolderTally::take(const FetchLine& line, std::int64_t first_uid) {
    if (!line.uid || !line.size) {
        return false;
    }
    // "n:*" also gives the last message below n; and nothing is counted twice.
    if (*line.uid < first_uid || *line.uid <= last_uid_) {
        return true;
    }
    last_uid_ = *line.uid;
    ++messages_;
    const std::chrono::sys_days day = days_.clamp(line.date ? line.date->written_day : today_);
    days_.add(day, 1);
    Mark mark = Mark::plain;
    if (line.date) {
        const auto second = static_cast<std::uint64_t>(line.date->at.time_since_epoch().count());
        const bool is_copy = seen_.insert(second * 0x9E3779B97F4A7C15ULL + static_cast<std::uint64_t>(*line.size));
        mark = is_copy ? Mark::duplicate : Mark::plain;
    }
    mark = line.is_flagged ? Mark::flagged : mark;
    mark = line.is_deleted ? Mark::deleted : mark;
    const BinKey key{
        .month = month_of(day), .size_class = static_cast<std::int16_t>(size_class_of(*line.size)), .mark = mark};
    bins_[key].add({.messages = 1, .size_bytes = *line.size});
    if (largest_.size() < kLargestKept || *line.size >= largest_.back().size_bytes) {
        keep_largest(largest_, {.role = folder_.role,
                                .folder_key = folder_.key,
                                .date = line.date ? line.date->at : Time(today_),
                                .month = key.month,
                                .size_bytes = *line.size,
                                .mark = mark});
    }
    return true;
}

void FolderTally::keep(std::vector<LargeMessage>& largest, std::int64_t next_uid) {
    for (const auto& [key, bin] : bins_) {
        folder_.bins[key].add(bin);
    }
    for (const LargeMessage& message : largest_) {
        keep_largest(largest, message);
    }
    folder_.seen.messages = saturating_add(folder_.seen.messages, messages_);
    folder_.seen.next_uid = next_uid;
    folder_.busiest_day = days_.busiest();
    bins_.clear();
    largest_.clear();
    messages_ = 0;
}

void FolderTally::restart() {
    folder_.bins.clear();
    folder_.busiest_day = {};
    folder_.seen = {};
    bins_.clear();
    largest_.clear();
    messages_ = 0;
    last_uid_ = 0;
    days_ = DayCounts(today_);
    seen_ = SeenBefore(expected_);
}

} // namespace mailquotad::imap
