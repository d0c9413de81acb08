#include "core/policy.h"

#include <algorithm>
#include <cmath>

namespace mailquotad {

namespace {

/// How the free-bytes floor of a stage is bounded (CONTRACT.md, "Floors").
struct FloorShape {
    double mails;       ///< k: so many of the largest usual mails must fit
    double share;       ///< the floor is never more than this share of the limit
    double leave_share; ///< nor is the level to leave more than this one
};

FloorShape floor_shape(Stage stage) {
    switch (stage) {
    case Stage::notice:
        return {0, 0.50, 0.60};
    case Stage::warning:
        return {2, 0.25, 0.30};
    case Stage::urgent:
        return {1, 0.10, 0.125};
    default:
        return {0, 0.05, 0.0625};
    }
}

std::int64_t times(double factor, std::int64_t bytes) {
    const double product = factor * static_cast<double>(bytes);
    return product >= static_cast<double>(kMaxCount) ? kMaxCount : static_cast<std::int64_t>(product);
}

constexpr std::string_view kStageNames[] = {"ok", "notice", "warning", "urgent", "full"};

} // namespace

std::string_view to_string(Stage stage) {
    return kStageNames[static_cast<std::size_t>(stage)];
}

std::optional<Stage> parse_stage(std::string_view text) {
    for (const Stage stage : kAllStages) {
        if (to_string(stage) == text)
            return stage;
    }
    return std::nullopt;
}

const StageRule& Policy::rule(Stage stage) const {
    switch (stage) {
    case Stage::notice:
        return notice;
    case Stage::warning:
        return warning;
    case Stage::urgent:
        return urgent;
    default:
        return full;
    }
}

StageRule& Policy::rule(Stage stage) {
    return const_cast<StageRule&>(static_cast<const Policy&>(*this).rule(stage));
}

Policy default_policy() {
    constexpr std::int64_t mib = 1024 * 1024;
    return {.notice = {.used = 0.70, .free = {}, .full_within = Days(30), .messages = {}},
            .warning = {.used = 0.80, .free = ByteSize{100 * mib}, .full_within = Days(14), .messages = 0.80},
            .urgent = {.used = 0.92, .free = ByteSize{30 * mib}, .full_within = Days(5), .messages = 0.92},
            .full = {.used = 0.99, .free = {}, .full_within = {}, .messages = {}},
            .big_box_free = {5'000'000'000}};
}

Floor floor_for(Stage stage, const StageRule& rule, std::int64_t limit_bytes,
                std::optional<std::int64_t> largest_usual_mail_bytes) {
    if (!rule.free || rule.free->bytes == 0)
        return {}; // "0B" switches the floor off, even when a survey knows the largest mail
    const FloorShape shape = floor_shape(stage);
    const std::int64_t wanted = std::max(rule.free->bytes, times(shape.mails, largest_usual_mail_bytes.value_or(0)));
    const std::int64_t enter = std::min(wanted, times(shape.share, limit_bytes));
    const std::int64_t leave = std::min(times(1.25, enter), times(shape.leave_share, limit_bytes));
    return {.enter_bytes = enter, .leave_bytes = leave};
}

double leave_ratio(Stage stage, double enter) {
    switch (stage) {
    case Stage::notice:
    case Stage::warning:
        return enter - 0.05;
    case Stage::urgent:
        return enter - 0.04;
    default:
        return enter - 0.03;
    }
}

} // namespace mailquotad
