#include "observe/view_rules.h"

#include <algorithm>
#include <limits>
#include <tuple>

namespace mailquotad::observe {
namespace {

int rank(const MailboxStatus& mailbox, Time at) {
    const std::optional<Stage> stage = shown_stage(mailbox, at);
    if (stage && *stage >= Stage::warning) {
        return static_cast<int>(Stage::full) - static_cast<int>(*stage);
    }
    if (is_failing(mailbox)) {
        return 3;
    }
    if (!stage) {
        return 4;
    }
    return *stage == Stage::notice ? 5 : 6;
}

auto urgency(const MailboxStatus& mailbox, Time at) {
    double days = std::numeric_limits<double>::infinity();
    double level = 0;
    if (is_fresh(mailbox, at)) {
        if (mailbox.forecast) {
            days = mailbox.forecast->full_in_days.p50.value_or(days);
        }
        if (mailbox.assessment.tightest) {
            level = mailbox.assessment.tightest->used_ratio;
        }
    }
    return std::tuple{rank(mailbox, at), days, -level, std::string_view{mailbox.slug}};
}

} // namespace

bool is_fresh(const MailboxStatus& mailbox, Time at) {
    return mailbox.last_success && at - *mailbox.last_success <= kShownFor;
}

std::optional<Stage> shown_stage(const MailboxStatus& mailbox, Time at) {
    return is_fresh(mailbox, at) ? mailbox.assessment.stage : std::nullopt;
}

bool is_failing(const MailboxStatus& mailbox) {
    return mailbox.last_attempt && !mailbox.last_probe_succeeded && mailbox.failure;
}

std::optional<Time> next_look(const MailboxStatus& mailbox, Time at) {
    return mailbox.next_attempt ? std::optional(std::max(*mailbox.next_attempt, at)) : std::nullopt;
}

std::string_view stage_name(std::optional<Stage> stage) {
    return stage ? to_string(*stage) : "unknown";
}

std::optional<std::int64_t> shown_limit(const MailboxStatus& mailbox, const Resource& resource) {
    const bool meaningless = mailbox.assessment.limit_source == LimitSource::unclear && resource.limit == 0;
    return meaningless ? std::nullopt : resource.limit;
}

std::vector<const MailboxStatus*> by_urgency(const Status& status) {
    std::vector<const MailboxStatus*> mailboxes;
    mailboxes.reserve(status.mailboxes.size());
    for (const MailboxStatus& mailbox : status.mailboxes) {
        mailboxes.push_back(&mailbox);
    }
    std::stable_sort(mailboxes.begin(), mailboxes.end(), [&](const MailboxStatus* a, const MailboxStatus* b) {
        return urgency(*a, status.at) < urgency(*b, status.at);
    });
    return mailboxes;
}

} // namespace mailquotad::observe
