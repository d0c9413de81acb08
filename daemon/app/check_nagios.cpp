#include "app/check_output.h"
#include "core/escape.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <set>
#include <utility>

namespace mailquotad::app {

namespace {

constexpr std::array<const char*, 4> kStates{"OK", "WARNING", "CRITICAL", "UNKNOWN"};

std::string verdict(const CheckResult& result) {
    if (result.failure)
        return std::string(to_string(result.failure->kind)) + ": " + for_nagios(result.failure->detail);
    const Assessment& assessment = result.assessment;
    std::string text = assessment.stage ? std::string(to_string(*assessment.stage))
                                        : "unknown, limit " + std::string(to_string(assessment.limit_source));
    if (const auto& tightest = assessment.tightest) {
        std::array<char, 64> level{};
        std::snprintf(level.data(), level.size(), ", %.1f %% used", std::floor(tightest->used_ratio * 1000) / 10);
        text += level.data();
        if (tightest->unit == Unit::bytes)
            text += " (" + iec(tightest->used) + " of " + iec(tightest->limit) + ")";
    }
    return text;
}

std::string written(const std::optional<std::int64_t>& number) {
    return number ? std::to_string(*number) : "";
}

/// 'label'=value[unit];warning;critical;minimum;maximum. A threshold N is the range 0 to N: what lies above it alerts.
std::string perfdata(const std::string& label, const Resource& resource, const Thresholds& thresholds) {
    const bool limited = resource.limit && *resource.limit > 0;
    return " '" + label + "'=" + std::to_string(resource.used) + (resource.unit == Unit::bytes ? "B" : "") + ';' +
           written(thresholds.warning) + ';' + written(thresholds.critical) + ";0;" +
           (limited ? std::to_string(*resource.limit) : std::string());
}

/// One for each resource, under a name that stays the same whichever of them is the tightest.
std::string perfdata(const CheckResult& result, std::set<std::string>& used_labels) {
    std::string data;
    bool has_storage = false;
    for (std::size_t i = 0; i < result.quota.size(); ++i) {
        const Resource& resource = result.quota[i];
        if (resource.unit != Unit::bytes && resource.name != "MESSAGE")
            continue;
        std::string name = result.shown_name();
        if (resource.name != "STORAGE")
            name += ' ' + (resource.name == "MESSAGE" ? std::string("messages") : resource.name);
        else if (std::exchange(has_storage, true))
            name += ' ' + resource.root;
        const std::string label = for_perfdata_label(name);
        if (used_labels.insert(label).second)
            data += perfdata(label, resource, i < result.thresholds.size() ? result.thresholds[i] : Thresholds{});
    }
    return data;
}

/// The worst first: some monitoring systems cut a long output.
std::vector<const CheckResult*> worst_first(const std::vector<CheckResult>& results) {
    constexpr std::array<int, 4> rank{3, 1, 0, 2}; // of the exit codes 0, 1, 2, 3
    std::vector<const CheckResult*> sorted;
    for (const CheckResult& result : results)
        sorted.push_back(&result);
    std::stable_sort(sorted.begin(), sorted.end(), [&](const CheckResult* a, const CheckResult* b) {
        return rank[static_cast<std::size_t>(exit_code(*a))] < rank[static_cast<std::size_t>(exit_code(*b))];
    });
    return sorted;
}

std::string counts(const std::vector<CheckResult>& results) {
    std::array<int, 4> of_state{};
    for (const CheckResult& result : results)
        ++of_state[static_cast<std::size_t>(exit_code(result))];
    std::string text;
    for (const std::size_t state : {2U, 1U, 3U, 0U}) {
        constexpr std::array<const char*, 4> words{"ok", "warning", "critical", "unknown"};
        if (of_state[state] > 0)
            text += (text.empty() ? "" : ", ") + std::to_string(of_state[state]) + ' ' + words[state];
    }
    return text.empty() ? "no mailbox" : text;
}

} // namespace

std::string check_nagios(const std::vector<CheckResult>& results) {
    std::string text = std::string("MAILQUOTA ") + kStates[static_cast<std::size_t>(exit_code(results))] + " - ";
    text += results.size() == 1 ? for_nagios(results.front().shown_name()) + ": " + verdict(results.front())
                                : counts(results);
    std::string data;
    std::set<std::string> used_labels;
    for (const CheckResult& result : results)
        data += perfdata(result, used_labels);
    if (!data.empty())
        text += " |" + data;
    text += '\n';
    if (results.size() < 2)
        return text;
    for (const CheckResult* result : worst_first(results))
        text += std::string("[") + kStates[static_cast<std::size_t>(exit_code(*result))] + "] " +
                for_nagios(result->shown_name()) + ": " + verdict(*result) + '\n';
    return text;
}

std::string check_nagios_unknown(std::string_view why) {
    return "MAILQUOTA UNKNOWN - " + for_nagios(why) + '\n';
}

} // namespace mailquotad::app
