// Messages of one open folder, counted as they come by.
#pragma once

#include "core/survey.h"
#include "imap/responses.h"
#include "imap/seen_before.h"

#include <cstdint>
#include <vector>

namespace mailquotad::imap {

/// Dates before it are counted in its first month, those after today's month in that: servers tell nonsense.
inline constexpr std::chrono::sys_days kFirstMailDay{std::chrono::year(1990) / 1 / 1};

/// How many messages came on which day, in an array that no server can grow.
class DayCounts {
public:
    explicit DayCounts(std::chrono::sys_days today)
        : counts_(static_cast<std::size_t>(std::max<std::int64_t>((today - kFirstMailDay).count(), 0)) + 1) {}

    /// The day itself, or the nearest one that is counted.
    [[nodiscard]] std::chrono::sys_days clamp(std::chrono::sys_days day) const {
        return std::clamp(day, kFirstMailDay, kFirstMailDay + Days(static_cast<int>(counts_.size()) - 1));
    }
    /// `day` must be clamped.
    void add(std::chrono::sys_days day, std::int64_t messages) {
        counts_[static_cast<std::size_t>((day - kFirstMailDay).count())] += messages;
    }
    [[nodiscard]] BusiestDay busiest() const;

private:
    std::vector<std::int64_t> counts_;
};

/// Counts the messages of one folder window by window, so that a window that breaks off counts nothing.
class FolderTally {
public:
    /// `folder` is what is known already and is added to by keep(); `expected` is about how many messages will come.
    FolderTally(FolderSurvey& folder, std::int64_t expected, std::chrono::sys_days today);

    /// Takes one answer to Command::fetch_numbers from `first_uid` on; false for what is none. Each UID once.
    bool take(const FetchLine& line, std::int64_t first_uid);
    /// The window is over: its messages go to the folder and into `largest`; its end is where the next look goes on.
    void keep(std::vector<LargeMessage>& largest, std::int64_t next_uid);
    /// Forgets everything that was counted in this folder, the survey of before too.
    void restart();

    /// Messages of this window, and of the whole folder with what was known.
    [[nodiscard]] std::int64_t in_window() const { return messages_; }
    [[nodiscard]] const FolderSurvey& folder() const { return folder_; }

private:
    FolderSurvey& folder_;
    std::chrono::sys_days today_;
    std::int64_t expected_;
    DayCounts days_;
    SeenBefore seen_;
    std::map<BinKey, Bin> bins_;
    std::vector<LargeMessage> largest_;
    std::int64_t messages_ = 0;
    std::int64_t last_uid_ = 0;
};

} // namespace mailquotad::imap
