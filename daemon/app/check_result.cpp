#include "app/check_result.h"

#include "core/verdicts.h"

#include <algorithm>
#include <array>

namespace mailquotad::app {

CheckResult check_result(const settings::Mailbox& mailbox, const ProbeReport& report) {
    CheckResult result;
    result.address = mailbox.address;
    result.slug = mailbox.slug;
    result.server = mailbox.server;
    result.cost = report.cost;
    if (const ProbeFailure* failure = report.failure()) {
        result.failure = *failure;
        return result;
    }
    const Snapshot& snapshot = *report.snapshot();
    result.assessment = assess_once(judge(snapshot, mailbox.policy, Outlook{}));
    result.quota = snapshot.quota;
    for (const Resource& resource : result.quota)
        result.thresholds.push_back({.warning = highest_below(Stage::warning, mailbox.policy, resource),
                                     .critical = highest_below(Stage::urgent, mailbox.policy, resource)});
    result.folders = snapshot.folders;
    return result;
}

int exit_code(const CheckResult& result) {
    if (result.failure || !result.assessment.stage)
        return 3;
    switch (*result.assessment.stage) {
    case Stage::ok:
    case Stage::notice:
        return 0;
    case Stage::warning:
        return 1;
    default:
        return 2;
    }
}

int exit_code(const std::vector<CheckResult>& results) {
    constexpr std::array<int, 4> severity{0, 2, 3, 1}; // of the exit codes 0, 1, 2, 3
    int worst = results.empty() ? 3 : 0;
    for (const CheckResult& result : results) {
        const int code = exit_code(result);
        if (severity[static_cast<std::size_t>(code)] > severity[static_cast<std::size_t>(worst)])
            worst = code;
    }
    return worst;
}

} // namespace mailquotad::app
