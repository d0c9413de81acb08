// When a mailbox is in which stage: thresholds, floors and the hysteresis that belongs to them.
#pragma once

#include "core/byte_size.h"
#include "core/time.h"

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace mailquotad {

enum class Stage { ok, notice, warning, urgent, full };

inline constexpr Stage kAllStages[] = {Stage::ok, Stage::notice, Stage::warning, Stage::urgent, Stage::full};

std::string_view to_string(Stage stage);
std::optional<Stage> parse_stage(std::string_view text);

/// The thresholds of one stage; a missing one does not count.
struct StageRule {
    std::optional<double> used;      ///< ratio of a limit in bytes, 0.80
    std::optional<ByteSize> free;    ///< free bytes below which the stage begins; 0 B is off
    std::optional<Days> full_within; ///< forecast
    std::optional<double> messages;  ///< ratio of a limit in counts
    bool operator==(const StageRule&) const = default;
};

struct Policy {
    StageRule notice;
    StageRule warning;
    StageRule urgent;
    StageRule full;
    ByteSize big_box_free; ///< percentages count only while less than this is free

    [[nodiscard]] const StageRule& rule(Stage stage) const; ///< not for Stage::ok
    StageRule& rule(Stage stage);
    bool operator==(const Policy&) const = default;
};

/// The defaults of CONTRACT.md.
Policy default_policy();

/// A level of free bytes: the stage begins below `enter` and is left above `leave`.
struct Floor {
    std::int64_t enter_bytes = 0; ///< 0: there is no floor
    std::int64_t leave_bytes = 0;
};

/// The free-bytes floor of a stage for a box of this limit (CONTRACT.md, "Floors"):
/// min(max(free, k × largest usual mail), share × limit), left above min(1.25 × floor, 1.25 × share × limit,
/// for warning 30 % and for urgent 12.5 % of the limit).
Floor floor_for(Stage stage, const StageRule& rule, std::int64_t limit_bytes,
                std::optional<std::int64_t> largest_usual_mail_bytes);

/// The ratio below which a stage entered at `enter` is left: 5 points lower for notice and warning, 4 for urgent,
/// 3 for full (FACTS on alert policy).
double leave_ratio(Stage stage, double enter);

} // namespace mailquotad
