// What to do about a mailbox that fills up: computed, ranked, honest; overlaps counted once.
#pragma once

#include "core/assessment.h"
#include "core/counting.h"
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

inline constexpr AdviceKind kAllAdviceKinds[] = {
    AdviceKind::empty_trash,      AdviceKind::empty_junk,    AdviceKind::purge_deleted, AdviceKind::delete_largest,
    AdviceKind::sent_attachments, AdviceKind::drafts,        AdviceKind::duplicates,    AdviceKind::archive_old,
    AdviceKind::archive_old_big,  AdviceKind::fetch_by_pop3, AdviceKind::bigger_box};

std::string_view to_string(AdviceKind kind);
std::optional<AdviceKind> parse_advice_kind(std::string_view text);

enum class Effort { click, minutes, computer }; ///< one click; ten minutes; needs a computer

std::string_view to_string(Effort effort);

/// Where a wish ends to look for more: an archive never reaches into the last 90 days.
inline constexpr Days kArchiveSpares{90};

/// One thing that the owner can do.
struct Advice {
    AdviceKind kind = AdviceKind::empty_trash;
    FolderRole role = FolderRole::other;
    std::string folder;           ///< exact name where it is about one folder; for the owner and the terminal only
    std::int64_t frees_bytes = 0; ///< of what counts against the quota; alone, before overlaps
    std::int64_t messages = 0;
    double used_ratio_after = 0;       ///< if only this is done; in a plan: after this and the steps before it
    std::optional<double> days_gained; ///< by the forecast's growth; nothing where there is none
    Effort effort = Effort::minutes;
    bool reversible = false; ///< moved, not gone
    Counts counts = Counts::presumably;
    std::optional<Month> before;                   ///< archive_*: everything older than the first of this month
    std::optional<std::int64_t> larger_than_bytes; ///< delete_largest, sent_attachments, …: of at least this size
    std::optional<std::int64_t> limit_bytes;       ///< bigger_box: what would be enough
    bool dates_unsure = false; ///< archive_*: part of it bears the date of a move to this server, not its own
};

/// What is proposed for one mailbox.
struct AdvicePlan {
    Time measured_at{};
    std::optional<Time> surveyed_at; ///< nothing: from folder sizes alone
    double target_ratio = 0;
    std::vector<Advice> all;  ///< ranked by bytes for the effort
    std::vector<Advice> plan; ///< what gets under the target with the least effort; frees_bytes without overlaps
    bool reaches_target = false;
    double used_ratio_after_plan = 0;
    bool without_trash = false; ///< the box is full: deleting must go without a copy in Trash, which would be refused
};

/// What advice is computed from; the survey may be missing (depth `totals`): then folder sizes alone speak.
struct AdviceFacts {
    const Snapshot& snapshot;
    const Assessment& assessment;
    const Survey* survey = nullptr;
    const Forecast* forecast = nullptr;
    double target_ratio = 0.70;
    bool pop3_offered = false;
    CountsByRole counts = {}; ///< what is known of what counts (core/counting.h)
};

/// Nothing under min(1 % of the limit, 5 MB) is proposed, nor what is known not to count; without a limit in bytes
/// nothing is. What a survey says of a role that has shrunk by more than 2 % since is not used.
AdvicePlan advise(const AdviceFacts& facts, Time now);

/// The same for a role: whether the survey still fits the folder sizes of a later snapshot.
bool survey_fits(const Survey& survey, const Snapshot& snapshot, FolderRole role);

} // namespace mailquotad
