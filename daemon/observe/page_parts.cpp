#include "observe/page_parts.h"

#include "core/escape.h"
#include "observe/evidence.h"
#include "observe/view_rules.h"

#include <algorithm>
#include <cmath>

namespace mailquotad::observe {
namespace {

struct Symbol {
    std::string_view state;
    std::string_view shape; ///< SVG, 16 by 16; "k" is drawn in the page's background colour
};

constexpr Symbol kSymbols[] = {
    {"ok", R"(<circle cx="8" cy="8" r="7"/><path class="k" d="M4.5 8.2l2.4 2.4 4.6-4.8"/>)"},
    {"notice", R"(<circle cx="8" cy="8" r="7"/><path class="k" d="M8 7v4.5M8 4.2v.6"/>)"},
    {"warning", R"(<path d="M8 1l7.3 13.5H.7z"/><path class="k" d="M8 5.8v4M8 11.9v.5"/>)"},
    {"urgent", R"(<path d="M8 .5L15.5 8 8 15.5.5 8z"/><path class="k" d="M8 4.2v4.6M8 11.1v.6"/>)"},
    {"full",
     R"(<path d="M5 .8h6L15.2 5v6L11 15.2H5L.8 11V5z"/><path class="k" d="M5.2 5.2l5.6 5.6M10.8 5.2l-5.6 5.6"/>)"},
    {"unknown",
     R"(<circle cx="8" cy="8" r="7"/><path class="k" d="M6 6.2C6 3.6 10 3.7 10 6.2c0 1.6-2 1.6-2 3.2M8 11.6v.6"/>)"},
    {"unreachable",
     R"(<rect x="1" y="1" width="14" height="14" rx="2"/><path class="k" d="M3.5 8h2M10.5 8h2M6.5 5l3 6"/>)"},
    {"waiting", R"(<circle cx="8" cy="8" r="7"/><path class="k" d="M8 4v4.2l2.8 1.8"/>)"},
};

std::int64_t whole_days(double days) {
    return std::max<std::int64_t>(1, std::llround(days));
}

std::string in_days(double days, const PageText& text) {
    const std::int64_t whole = whole_days(days);
    return whole == 1 ? text.word("in_one_day") : text.fill("in_about_days", {{"n", text.count(whole)}});
}

std::string day_after(double days, const PageText& text) {
    return text.day(text.now() + Days{static_cast<int>(std::floor(days))});
}

const Resource* storage_of(const MailboxStatus& mailbox) {
    const auto found = std::find_if(mailbox.quota.begin(), mailbox.quota.end(),
                                    [](const Resource& resource) { return resource.name == "STORAGE"; });
    return found == mailbox.quota.end() ? nullptr : &*found;
}

} // namespace

std::string state_of(const MailboxStatus& mailbox, Time at) {
    const auto stage = shown_stage(mailbox, at);
    if (is_failing(mailbox) && (!stage || *stage < Stage::warning)) {
        return "unreachable";
    }
    return !mailbox.last_attempt && !stage ? "waiting" : std::string(stage_name(stage));
}

std::string state_symbol(const std::string& state) {
    const auto* found = std::find_if(std::begin(kSymbols), std::end(kSymbols),
                                     [&](const Symbol& symbol) { return symbol.state == state; });
    return found == std::end(kSymbols)
               ? ""
               : "<svg class=\"sym s-" + state + R"(" viewBox="0 0 16 16" aria-hidden="true">)" +
                     std::string(found->shape) + "</svg>";
}

std::string state_badge(const std::string& state, const PageText& text) {
    return "<span class=\"badge\">" + state_symbol(state) + "<strong>" + text.word("state." + state) +
           "</strong></span>";
}

std::string level_bar(double ratio, const std::string& state) {
    const double width = std::isfinite(ratio) ? std::clamp(ratio, 0.0, 1.0) * 100 : 0;
    const auto tenths = static_cast<std::int64_t>(std::floor(width * 10));
    return "<svg class=\"bar s-" + state +
           R"(" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true"><rect class="rest" width="100" )"
           R"(height="10"/><rect class="used" width=")" +
           std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + R"(" height="10"/></svg>)";
}

std::string amount(std::int64_t value, const std::string& resource, Unit unit, const PageText& text) {
    if (unit == Unit::bytes) {
        return text.bytes(value);
    }
    return resource == "MESSAGE" ? text.fill("messages", {{"n", text.count(value)}}) : text.count(value);
}

std::string used_of_limit(const MailboxStatus& mailbox, const PageText& text) {
    if (const auto& tightest = mailbox.assessment.tightest) {
        // "9,412 of 10,000 messages": a count names its unit once.
        const Unit unit = tightest->unit;
        const std::string used =
            unit == Unit::count ? text.count(tightest->used) : amount(tightest->used, tightest->resource, unit, text);
        return text.fill("used_of",
                         {{"used", used}, {"limit", amount(tightest->limit, tightest->resource, unit, text)}});
    }
    const std::string source = text.word("limit." + std::string(to_string(mailbox.assessment.limit_source)));
    const Resource* const storage = storage_of(mailbox);
    return storage ? text.bytes(storage->used) + ", " + source : source;
}

std::string forecast_short(const Forecast& forecast, const PageText& text) {
    const FullInDays& days = forecast.full_in_days;
    if (days.p50) {
        return in_days(*days.p50, text);
    }
    if (days.p10) {
        return text.fill("not_before_days", {{"n", text.count(whole_days(*days.p10))}});
    }
    return text.word("not_within_a_year");
}

std::string forecast_sentence(const Forecast& forecast, const PageText& text) {
    const FullInDays& days = forecast.full_in_days;
    if (!days.p10) {
        return text.word("forecast_none");
    }
    if (!days.p50) {
        return text.fill("forecast_not_before", {{"from", day_after(*days.p10, text)}});
    }
    if (!days.p90) {
        return text.fill("forecast_open",
                         {{"from", day_after(*days.p10, text)}, {"about", day_after(*days.p50, text)}});
    }
    return text.fill("forecast_between", {{"from", day_after(*days.p10, text)},
                                          {"to", day_after(*days.p90, text)},
                                          {"about", day_after(*days.p50, text)}});
}

std::string foreign(const std::string& text) {
    return for_html(hide_addresses(text));
}

std::string footer(const Status& status, const PageText& text) {
    return "<p>" + text.fill("as_of", {{"when", text.moment(status.at)}}) + "</p><p>" +
           text.fill("running", {{"version", for_html(status.version)}, {"since", text.moment(status.started_at)}}) +
           "</p>";
}

} // namespace mailquotad::observe
