#include "app/check_output.h"
#include "core/escape.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

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

std::string threshold(const std::optional<double>& ratio, std::int64_t limit) {
    return ratio ? std::to_string(static_cast<std::int64_t>(*ratio * static_cast<double>(limit))) : "";
}

/// 'label'=value[unit];warning;critical;minimum;maximum, for the tightest resource.
std::string perfdata(const CheckResult& result) {
    const auto& tightest = result.assessment.tightest;
    if (!tightest)
        return {};
    const bool bytes = tightest->unit == Unit::bytes;
    const auto& warning = bytes ? result.policy.warning.used : result.policy.warning.messages;
    const auto& critical = bytes ? result.policy.urgent.used : result.policy.urgent.messages;
    return " '" + for_perfdata_label(result.shown_name()) + "'=" + std::to_string(tightest->used) + (bytes ? "B" : "") +
           ';' + threshold(warning, tightest->limit) + ';' + threshold(critical, tightest->limit) + ";0;" +
           std::to_string(tightest->limit);
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
    for (const CheckResult& result : results)
        data += perfdata(result);
    if (!data.empty())
        text += " |" + data;
    text += '\n';
    if (results.size() < 2)
        return text;
    for (const CheckResult& result : results)
        text += std::string("[") + kStates[static_cast<std::size_t>(exit_code(result))] + "] " +
                for_nagios(result.shown_name()) + ": " + verdict(result) + '\n';
    return text;
}

} // namespace mailquotad::app
