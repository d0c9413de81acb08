#include "core/csv.h"
#include "observe/evidence.h"
#include "observe/page_parts.h"
#include "observe/view_rules.h"
#include "observe/views.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

namespace mailquotad::observe {
namespace {

template <typename Number>
std::string number(const std::optional<Number>& value) {
    return value ? std::to_string(*value) : "";
}

std::string decimal(const std::optional<double>& value, int digits) {
    if (!value || !std::isfinite(*value)) {
        return "";
    }
    std::array<char, 64> text{};
    std::snprintf(text.data(), text.size(), "%.*f", digits, std::clamp(*value, -1e18, 1e18));
    return text.data();
}

std::string time(const std::optional<Time>& value) {
    return value ? format_utc(*value) : "";
}

std::string row(const MailboxStatus& mailbox, Time at) {
    const bool fresh = is_fresh(mailbox, at);
    const Tightest* tightest = fresh && mailbox.assessment.tightest ? &*mailbox.assessment.tightest : nullptr;
    const Forecast* forecast = fresh && mailbox.forecast ? &*mailbox.forecast : nullptr;
    const auto when_known = [](const auto* object, auto member) {
        return object ? std::optional(member(*object)) : std::nullopt;
    };
    const auto full = forecast ? forecast->full_in_days : FullInDays{};
    const std::string cells[] = {
        for_csv(mailbox.slug),
        for_csv(mailbox.server),
        state_of(mailbox, at),
        std::string(stage_name(shown_stage(mailbox, at))),
        is_failing(mailbox) ? std::string(to_string(mailbox.failure->kind)) : "",
        tightest ? for_csv(tightest->resource) : "",
        number(when_known(tightest, [](const Tightest& one) { return one.used; })),
        number(when_known(tightest, [](const Tightest& one) { return one.limit; })),
        decimal(when_known(tightest, [](const Tightest& one) { return one.used_ratio; }), 4),
        decimal(when_known(forecast, [](const Forecast& one) { return one.growth_bytes_per_day; }), 0),
        decimal(full.p10, 1),
        decimal(full.p50, 1),
        decimal(full.p90, 1),
        time(mailbox.last_success),
        time(mailbox.last_told ? std::optional(mailbox.last_told->at) : std::nullopt),
        mailbox.last_told ? std::string(to_string(mailbox.last_told->stage)) : "",
        for_csv(hide_addresses(mailbox.note)),
    };
    std::string line;
    for (const std::string& one : cells) {
        line += (&one == &cells[0] ? "" : ",") + one;
    }
    return line + "\r\n";
}

} // namespace

std::string render_overview_csv(const Status& status, const Selection& selection) {
    std::string text = "slug,server,state,stage,failure,resource,used,limit,used_ratio,growth_bytes_per_day,"
                       "full_in_days_p10,full_in_days_p50,full_in_days_p90,last_success,last_notice,"
                       "last_notice_stage,note\r\n";
    for (const MailboxStatus* mailbox : selected(status, selection)) {
        text += row(*mailbox, status.at);
    }
    return text;
}

} // namespace mailquotad::observe
