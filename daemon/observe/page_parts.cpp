#include "observe/page_parts.h"

#include "core/escape.h"
#include "observe/evidence.h"
#include "observe/svg.h"
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

/// The last part of the key of each sentence.
constexpr std::pair<NextKind, std::string_view> kNextKeys[] = {
    {NextKind::confirmation, "confirmation"},
    {NextKind::others_first, "others_first"},
    {NextKind::after_quiet_hours, "after_quiet_hours"},
    {NextKind::after_days_off, "after_days_off"},
    {NextKind::a_day_after_mail, "a_day_after_mail"},
    {NextKind::a_day_after_refusal, "a_day_after_refusal"},
    {NextKind::below_per_hour, "below_per_hour"},
    {NextKind::release, "release"},
    {NextKind::silence_ends, "silence_ends"},
    {NextKind::delivery, "delivery"},
    {NextKind::reminder, "reminder"},
    {NextKind::call, "call"},
    {NextKind::measurement, "measurement"},
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

std::string level_bar(const MailboxStatus& mailbox, const std::string& state) {
    const double ratio = mailbox.assessment.tightest ? mailbox.assessment.tightest->used_ratio : 0;
    const double width = std::isfinite(ratio) ? std::clamp(ratio, 0.0, 1.0) * 100 : 0;
    std::string ticks;
    for (const Stage stage : {Stage::warning, Stage::urgent}) {
        const double begins = mailbox.begins_at[static_cast<std::size_t>(stage) - 1];
        if (begins > 0 && begins < 1) {
            ticks += "M" + svg_number(begins * 100) + " 0v10";
        }
    }
    return "<svg class=\"bar s-" + state +
           R"(" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true"><rect class="rest" width="100" )"
           R"(height="10"/><rect class="used" width=")" +
           svg_number(std::floor(width * 10) / 10) + R"(" height="10"/><path class="ticks" d=")" + ticks + "\"/></svg>";
}

std::string mailbox_link(const std::string& slug, const std::string& home) {
    return "<a href=\"" + home + "mailbox/" + to_path_segment(slug) + "\"><bdi>" + for_html(slug) + "</bdi></a>";
}

std::string note(const MailboxStatus& mailbox, const PageText& text) {
    if (mailbox.silenced) {
        return text.fill("silenced", {{"until", text.day(mailbox.silenced->until)},
                                      {"reason", "<bdi>" + foreign(mailbox.silenced->reason) + "</bdi>"}});
    }
    switch (mailbox.mails_to) {
    case MailsTo::nobody:
        return text.word("mails_to.nobody");
    case MailsTo::webmaster:
        return text.word("mails_to.webmaster");
    case MailsTo::mailbox_itself:
        return text.word("mails_to.mailbox");
    default:
        return "";
    }
}

std::string next_words(const NextStep& step, const PageText& text) {
    const auto* const found = std::find_if(std::begin(kNextKeys), std::end(kNextKeys),
                                           [&](const auto& key) { return key.first == step.kind; });
    return text.word("next." + std::string(found->second));
}

std::string event_words(const MailboxEvent& event, const PageText& text) {
    const auto state = [&](const std::optional<Stage>& stage) {
        return text.word("state." + std::string(stage_name(stage)));
    };
    switch (event.kind) {
    case EventKind::stage:
        return event.before ? text.fill("event.stage", {{"before", state(event.before)}, {"after", state(event.after)}})
                            : text.fill("event.first_stage", {{"after", state(event.after)}});
    case EventKind::unreachable:
        return text.fill(
            "event.unreachable",
            {{"failure",
              text.word("failure." + std::string(to_string(event.failure.value_or(FailureKind::internal))))}});
    case EventKind::freed:
        return text.fill("event.freed", {{"amount", text.bytes(event.bytes)}});
    default:
        return text.word("event.reachable");
    }
}

std::string mail_words(const PastMail& mail, const PageText& text) {
    const std::string words = text.word("mail." + std::string(to_string(mail.kind))) +
                              (mail.kind == NotificationKind::all_clear
                                   ? ""
                                   : " (" + text.word("state." + std::string(to_string(mail.stage))) + ")");
    switch (mail.fate) {
    case PastMail::Fate::waiting:
        return words + ", " + text.word("mail.waiting");
    case PastMail::Fate::refused:
        return words + ", " + text.word("mail.refused");
    case PastMail::Fate::withdrawn:
        return words + ", " + text.word("mail.withdrawn");
    default:
        return words;
    }
}

std::string weekly_growth(const MailboxStatus& mailbox, const PageText& text) {
    if (!is_fresh(mailbox, text.now()) || !mailbox.forecast) {
        return "";
    }
    const auto growth = static_cast<std::int64_t>(std::clamp(mailbox.forecast->growth_bytes_per_day * 7, 0.0, 1e18));
    return growth > 0 ? "+" + text.bytes(growth) : text.bytes(0);
}

std::string card(const std::string& name, const std::string& heading, const std::string& html) {
    return "<section class=\"card " + name + "\" aria-labelledby=\"" + name + "\"><h2 id=\"" + name + "\">" + heading +
           "</h2>\n" + html + "</section>\n";
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

std::string fact(const PageText& text, const std::string& key, const std::string& html) {
    return html.empty() ? "" : "<div><dt>" + text.word("fact." + key) + "</dt><dd>" + html + "</dd></div>\n";
}

std::string moment_and_ago(Time time, const PageText& text) {
    return text.moment(time) + " <span class=\"muted\">(" + text.ago(time) + ")</span>";
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
