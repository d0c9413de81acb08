#include "observe/history_chart.h"
#include "observe/mailbox_cards.h"
#include "observe/page_parts.h"
#include "observe/view_rules.h"

#include <algorithm>

namespace mailquotad::observe {
namespace {

constexpr std::size_t kMostLines = 60;

/// From leaving ok to being ok again.
struct EpisodeSpan {
    Time from{};
    std::optional<Time> to;
    Stage worst = Stage::notice;
    std::int64_t mails = 0;
};

/// The newest first.
std::vector<EpisodeSpan> episodes_of(const MailboxPast& past) {
    std::vector<EpisodeSpan> episodes;
    for (const MailboxEvent& event : past.events) {
        if (event.kind != EventKind::stage || !event.after) {
            continue;
        }
        const bool open = !episodes.empty() && !episodes.back().to;
        if (*event.after == Stage::ok) {
            if (open) {
                episodes.back().to = event.at;
            }
        } else if (open) {
            episodes.back().worst = std::max(episodes.back().worst, *event.after);
        } else {
            episodes.push_back({.from = event.at, .to = {}, .worst = *event.after});
        }
    }
    for (const PastMail& mail : past.mails) {
        for (EpisodeSpan& episode : episodes) {
            // The all-clear leaves after its end.
            const bool inside = mail.at >= episode.from && (!episode.to || mail.at <= *episode.to + Days{1});
            if (inside && mail.fate == PastMail::Fate::accepted) {
                ++episode.mails;
                break;
            }
        }
    }
    std::reverse(episodes.begin(), episodes.end());
    return episodes;
}

std::string episode_rows(const std::vector<EpisodeSpan>& episodes, const PageText& text) {
    std::string rows;
    for (const EpisodeSpan& episode : episodes) {
        rows +=
            "<tr><th scope=\"row\">" +
            (episode.to ? text.fill("episode.past", {{"from", text.day(episode.from)}, {"to", text.day(*episode.to)}})
                        : text.fill("episode.open", {{"from", text.day(episode.from)}})) +
            "</th><td>" + state_badge(std::string(to_string(episode.worst)), text) + "</td><td class=\"number\">" +
            text.count(episode.mails) + "</td></tr>\n";
    }
    return rows;
}

std::string episodes_html(const MailboxPast& past, const PageText& text) {
    const auto episodes = episodes_of(past);
    if (episodes.empty()) {
        return "";
    }
    return "<h3>" + text.word("episodes_title") + "</h3>\n<table class=\"plain\"><thead><tr><th scope=\"col\">" +
           text.word("column_span") + "</th><th scope=\"col\">" + text.word("column_worst") +
           "</th><th scope=\"col\" class=\"number\">" + text.word("column_mails") + "</th></tr></thead>\n<tbody>\n" +
           episode_rows(episodes, text) + "</tbody></table>\n";
}

/// Mails and events, the newest first.
std::string timeline(const MailboxPast& past, const PageText& text) {
    std::vector<std::pair<Time, std::string>> lines;
    for (const MailboxEvent& event : past.events) {
        lines.emplace_back(event.at, event_words(event, text));
    }
    for (const PastMail& mail : past.mails) {
        lines.emplace_back(mail.at, mail_words(mail, text));
    }
    std::stable_sort(lines.begin(), lines.end(), [](const auto& a, const auto& b) { return a.first > b.first; });
    if (lines.empty()) {
        return "";
    }
    std::string items;
    for (std::size_t i = 0; i < std::min(lines.size(), kMostLines); ++i) {
        items += "<li><span class=\"when\">" + text.moment(lines[i].first) + "</span> " + lines[i].second + "</li>\n";
    }
    return "<details><summary>" + text.word("timeline") + "</summary>\n<ul class=\"lines\">\n" + items +
           "</ul></details>\n";
}

std::string next_html(const MailboxStatus& mailbox, const PageText& text) {
    std::string items;
    for (const NextStep& step : mailbox.next) {
        const std::string when = !step.at                 ? text.word("next_open")
                                 : *step.at <= text.now() ? text.word("next_now")
                                                          : text.short_moment(*step.at);
        items += "<li><span class=\"when\">" + when + "</span> " + next_words(step, text) + "</li>\n";
    }
    return items.empty() ? "" : "<h3>" + text.word("next_title") + "</h3>\n<ul class=\"lines\">\n" + items + "</ul>\n";
}

std::string forecast_html(const MailboxStatus& mailbox, const PageText& text) {
    if (!is_fresh(mailbox, text.now()) || !mailbox.assessment.tightest) {
        return "";
    }
    if (!mailbox.forecast) {
        const std::string key = mailbox.forecast_reason
                                    ? "forecast_reason." + std::string(to_string(*mailbox.forecast_reason))
                                    : "forecast_missing";
        return "<p>" + text.word(key) + "</p>\n";
    }
    const auto growth = static_cast<std::int64_t>(mailbox.forecast->growth_bytes_per_day * 7);
    return "<p>" + forecast_sentence(*mailbox.forecast, text) + "</p>\n" +
           (growth > 0 ? "<p>" + text.fill("growth", {{"amount", text.bytes(growth)}}) + "</p>\n"
                       : "<p>" + text.word("growth_none") + "</p>\n") +
           (mailbox.forecast->short_history ? "<p class=\"muted\">" + text.word("forecast_short_history") + "</p>\n"
                                            : "");
}

} // namespace

std::string history_card(const MailboxStatus& mailbox, const MailboxPast* past, const PageText& text) {
    std::string html;
    if (past == nullptr) {
        html = "<p>" + text.word("past_missing") + "</p>\n";
    } else {
        html = history_chart({.past = *past, .mailbox = mailbox}, text);
        if (html.empty()) {
            html = "<p>" + text.word("history_short") + "</p>\n";
        }
    }
    html += forecast_html(mailbox, text);
    if (past != nullptr && !past->days.empty()) {
        html += "<p><a href=\"" + to_path_segment(mailbox.slug) + ".csv\">" + text.word("csv_history") + "</a></p>\n";
    }
    return card("history", text.word("history_title"), html);
}

std::string notices_card(const MailboxStatus& mailbox, const MailboxPast* past, const PageText& text) {
    const std::string told = mailbox.last_told
                                 ? text.word("state." + std::string(to_string(mailbox.last_told->stage))) + ", " +
                                       moment_and_ago(mailbox.last_told->at, text)
                                 : text.word("never");
    const std::string decision =
        mailbox.last_attempt ? text.word("decision." + std::string(to_string(mailbox.decision))) : "";
    return card(
        "notices", text.word("notices_title"),
        "<dl>" + fact(text, "last_notice", told) + fact(text, "decision", decision) +
            fact(text, "note", note(mailbox, text)) + "</dl>\n" + next_html(mailbox, text) +
            (past ? episodes_html(*past, text) + timeline(*past, text) : "<p>" + text.word("past_missing") + "</p>\n"));
}

} // namespace mailquotad::observe
