// [policy] and [mailbox.policy].
#include "settings/readers.h"
#include "settings/shape.h"

#include <cmath>

namespace mailquotad::settings {

namespace {

constexpr Stage kStages[] = {Stage::notice, Stage::warning, Stage::urgent, Stage::full};

std::optional<Days> read_days(const Table& table, std::string_view key) {
    const auto written = table.text(key);
    const auto parsed = written ? parse_duration(*written) : std::nullopt;
    if (parsed && *parsed % Days(1) == Seconds(0) && *parsed <= Days(365))
        return std::chrono::duration_cast<Days>(*parsed);
    if (written)
        table.refuse(key, *written);
    return std::nullopt;
}

void read_rule(const Table& table, StageRule& rule) {
    if (const auto used = table.ratio("used"))
        rule.used = used;
    if (const auto free = table.size("free"))
        rule.free = free;
    if (const auto messages = table.ratio("messages"))
        rule.messages = messages;
    if (const auto days = read_days(table, "full_within"))
        rule.full_within = *days == Days(0) ? std::nullopt : days;
}

/// One threshold of a stage as a number that has to grow from stage to stage, and as it is written.
struct Threshold {
    std::optional<double> rank;
    std::string written;
};

std::string percent_text(double ratio) {
    auto text = std::to_string(std::round(ratio * 1e4) / 1e2);
    text.erase(text.find_last_not_of('0') + 1);
    return (text.ends_with('.') ? text.substr(0, text.size() - 1) : text) + "%";
}

Threshold share(const std::optional<double>& ratio) {
    return ratio ? Threshold{*ratio, percent_text(*ratio)} : Threshold{};
}

Threshold threshold(const StageRule& rule, std::string_view key) {
    if (key == "used")
        return share(rule.used);
    if (key == "messages")
        return share(rule.messages);
    if (key == "full_within")
        return rule.full_within ? Threshold{-static_cast<double>(rule.full_within->count()),
                                            std::to_string(rule.full_within->count()) + "d"}
                                : Threshold{};
    // "0B" switches the floor off
    return rule.free && rule.free->bytes > 0 ? Threshold{-static_cast<double>(rule.free->bytes), to_string(*rule.free)}
                                             : Threshold{};
}

/// Two stages that follow each other, as far as one key is concerned.
struct Neighbours {
    Stage lower;
    Stage upper;
    std::string_view key;
};

std::string path_of(const Table& policy, Stage stage, std::string_view key) {
    return join_path(join_path(policy.path(), to_string(stage)), key);
}

void refuse_order(const Table& table, const Neighbours& pair, const Threshold& lower, const Threshold& upper) {
    const auto upper_table = table.table(to_string(pair.upper));
    const bool upper_given = upper_table.has(pair.key);
    const auto& told = upper_given ? upper_table : table.table(to_string(pair.lower));
    const bool told_here = told.has(pair.key);
    const auto other_stage = upper_given ? pair.lower : pair.upper;
    const bool growing = pair.key == "used" || pair.key == "messages";
    const std::string message = "is " + (upper_given ? upper : lower).written + " while " +
                                path_of(table, other_stage, pair.key) + " is " + (upper_given ? lower : upper).written +
                                "; a higher stage needs a " + (growing ? "higher" : "lower") +
                                " value (a key left out keeps its default)";
    if (told_here)
        told.error(pair.key, message);
}

void check_order(const Table& table, const Policy& policy, std::string_view key) {
    const bool may_be_equal = key == "free" || key == "full_within";
    std::optional<Stage> before;
    for (const auto stage : kStages) {
        const auto upper = threshold(policy.rule(stage), key);
        if (!upper.rank)
            continue;
        const auto lower = before ? threshold(policy.rule(*before), key) : Threshold{};
        const bool wrong = lower.rank && (may_be_equal ? *upper.rank < *lower.rank : *upper.rank <= *lower.rank);
        if (wrong)
            refuse_order(table, {.lower = *before, .upper = stage, .key = key}, lower, upper);
        before = stage;
    }
}

} // namespace

Policy read_policy(const Table& table, const Policy& base) {
    Policy policy = base;
    if (!table.exists())
        return policy;
    for (const auto stage : kStages)
        read_rule(table.table(to_string(stage)), policy.rule(stage));
    policy.big_box_free = table.size("big_box_free").value_or(policy.big_box_free);
    for (const auto* key : {"used", "messages", "free", "full_within"})
        check_order(table, policy, key);
    return policy;
}

} // namespace mailquotad::settings
