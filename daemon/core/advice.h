// What to do about a mailbox that fills up: computed, ranked, honest; overlaps counted once.
#pragma once

#include "core/assessment.h"
#include "core/forecast.h"
#include "core/measurement.h"
#include "core/survey.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mailquotad {

/// A closed set: JSON `kind`, metric label `advice`, and a text per language.
enum class AdviceKind {
    empty_trash,
    empty_junk,
    purge_deleted,    ///< messages marked deleted that still lie there
    delete_largest,   ///< the few largest messages
    sent_attachments, ///< large messages in Sent: the owner has the originals
    drafts,
    duplicates,      ///< suspected: same size, same second
    archive_old,     ///< everything before a month, to a local archive
    archive_old_big, ///< the same, large messages only: fewer messages to handle
    fetch_by_pop3,   ///< only where the inbox is most of it
    bigger_box,      ///< only where cleaning cannot reach the target
};

std::string_view to_string(AdviceKind kind);
std::optional<AdviceKind> parse_advice_kind(std::string_view text);

enum class Effort { click, minutes, computer }; ///< one click; ten minutes; needs a computer

std::string_view to_string(Effort effort);

/// One thing that the owner can do.
struct Advice {
    AdviceKind kind = AdviceKind::empty_trash;
    FolderRole role = FolderRole::other;
    std::string folder;           ///< exact name where the look itself told it; for the owner and the terminal only
    std::int64_t frees_bytes = 0; ///< of what counts against the quota; alone, before overlaps
    std::int64_t messages = 0;
    double used_ratio_after = 0;       ///< if only this is done
    std::optional<double> days_gained; ///< by the forecast's growth; nothing where there is none
    Effort effort = Effort::minutes;
    bool reversible = false; ///< moved, not gone
    Counts counts = Counts::presumably;
    std::optional<Month> before;                   ///< archive_*: everything older than the first of this month
    std::optional<std::int64_t> larger_than_bytes; ///< delete_largest, sent_attachments, archive_old_big
    std::optional<std::int64_t> limit_bytes;       ///< bigger_box: what would be enough
};

/// What is proposed for one mailbox.
struct AdvicePlan {
    Time measured_at{};
    double target_ratio = 0;
    std::vector<Advice> all;  ///< ranked by bytes for the effort
    std::vector<Advice> plan; ///< the shortest list that gets under the target; frees_bytes without overlaps
    bool reaches_target = false;
    double used_ratio_after_plan = 0;
};

/// What advice is computed from; the survey may be missing (depth `totals`): then folder sizes alone speak.
struct AdviceFacts {
    const Snapshot& snapshot;
    const Assessment& assessment;
    const Survey* survey = nullptr;
    const Forecast* forecast = nullptr;
    double target_ratio = 0.70;
    bool pop3_offered = false;
};

/// Nothing under min(1 % of the limit, 5 MB) is proposed; without a limit in bytes nothing is.
AdvicePlan advise(const AdviceFacts& facts, Time now);

} // namespace mailquotad
