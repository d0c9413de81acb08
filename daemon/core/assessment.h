// From a snapshot to a stage: every root and resource judged, the tightest speaks. No clock, no state in globals.
#pragma once

#include "core/forecast.h"
#include "core/measurement.h"
#include "core/policy.h"

#include <array>
#include <optional>
#include <string>
#include <vector>

namespace mailquotad {

/// Why a mailbox is in its stage (CONTRACT.md, JSON `reasons`).
enum class Reason { used, free, full_within, messages, refused };

std::string_view to_string(Reason reason);
std::optional<Reason> parse_reason(std::string_view text);

/// What is known beside the snapshot itself.
struct Outlook {
    std::optional<Forecast> forecast;
    std::optional<std::int64_t> largest_usual_mail_bytes; ///< from a survey
    bool refused = false; ///< a refusal for lack of space was seen since the last snapshot
};

/// The resource with the highest ratio of use.
struct Tightest {
    std::string root;
    std::string resource;
    double used_ratio = 0; ///< may exceed 1
    std::int64_t used = 0;
    std::int64_t limit = 0;
    Unit unit = Unit::bytes;
    bool operator==(const Tightest&) const = default;
};

/// How one stage stands to what was measured.
struct StageVerdict {
    bool enter = false;          ///< at least one of its conditions to enter holds
    bool leave = true;           ///< all of its conditions to leave hold
    std::vector<Reason> reasons; ///< the conditions to enter that hold, in the order of the enum
    std::vector<Reason> holding; ///< the conditions to leave that do not hold yet
};

/// The measured state against the policy, before any memory of earlier stages.
struct Judgement {
    bool known = false; ///< false: nothing is known (limit not told or unclear), so there is no stage
    LimitSource limit_source = LimitSource::not_told;
    std::array<StageVerdict, 5> verdicts; ///< indexed by Stage; that of ok is unused
    std::optional<Tightest> tightest;

    [[nodiscard]] const StageVerdict& verdict(Stage stage) const { return verdicts[static_cast<std::size_t>(stage)]; }
    /// The highest stage whose conditions to enter hold; nothing where nothing is known.
    [[nodiscard]] std::optional<Stage> entered() const;
};

/// Judges a snapshot. A snapshot without a limit is known and ok.
Judgement judge(const Snapshot& snapshot, const Policy& policy, const Outlook& outlook);

/// Memory of hysteresis and dwell for one mailbox; kept in the database.
struct StageState {
    std::optional<Stage> stage;                    ///< nothing before the first verdict
    Time since{};                                  ///< when this stage began
    std::array<std::optional<Time>, 5> left_since; ///< since when a stage's conditions to leave hold
    std::array<int, 5> left_count{};               ///< over how many measurements in a row
    std::array<std::optional<Time>, 5> seen_since; ///< since when a stage, or a higher one, is measured in a row
    std::array<bool, 5> proven{};                  ///< measured long enough to be believed: then it is left slowly
    bool operator==(const StageState&) const = default;
};

/// What a mailbox is in now, and why.
struct Assessment {
    std::optional<Stage> stage;         ///< nothing: nothing is known
    std::optional<Stage> measured = {}; ///< what this measurement alone says; below `stage` where hysteresis holds it
    std::optional<Stage> without_dwell = {}; ///< the stage once only time is left to pass; from assess() alone
    LimitSource limit_source = LimitSource::not_told;
    std::vector<Reason> reasons;
    std::optional<Tightest> tightest;
    bool operator==(const Assessment&) const = default;
};

/// The verdict without memory, as `mailquotad check` gives it.
Assessment assess_once(const Judgement& judgement);

/// The verdict with hysteresis and dwell: a higher stage is taken at once; warning and urgent are left after their
/// conditions to leave held for 24 h, full after two measurements, notice at once. What was not measured for
/// `confirm_after` in a row was a spike and is left at once. A judgement that knows nothing leaves the memory as it is.
/// `state` is what the last call returned.
Assessment assess(const Judgement& judgement, StageState& state, Time now, Seconds confirm_after = Seconds(0));

} // namespace mailquotad
