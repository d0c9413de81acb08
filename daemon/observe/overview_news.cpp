#include "observe/overview_news.h"

#include "core/byte_size.h"
#include "observe/page_parts.h"
#include "observe/view_rules.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

namespace mailquotad::observe {
namespace {

constexpr std::size_t kShownAtOnce = 8;
constexpr std::size_t kMostListed = 200; ///< of what may concern thousands

/// A list whose later lines are folded away.
std::string folded_list(const std::vector<std::string>& lines, const PageText& text) {
    const auto list = [&](std::size_t from, std::size_t to) {
        std::string items;
        for (std::size_t i = from; i < to; ++i) {
            items += "<li>" + lines[i] + "</li>\n";
        }
        return "<ul class=\"lines\">\n" + items + "</ul>\n";
    };
    const std::size_t shown = lines.size() <= kShownAtOnce + 2 ? lines.size() : kShownAtOnce;
    if (shown == lines.size()) {
        return list(0, shown);
    }
    const auto more = [&](std::size_t from) {
        return text.fill("more", {{"n", text.count(static_cast<std::int64_t>(lines.size() - from))}});
    };
    const std::size_t listed = std::min(lines.size(), kMostListed);
    return list(0, shown) + "<details><summary>" + more(shown) + "</summary>\n" + list(shown, listed) +
           (listed < lines.size() ? "<p>" + more(listed) + "</p>\n" : "") + "</details>\n";
}

std::string line(const std::string& when, const std::string& slug, const std::string& words) {
    return "<span class=\"when\">" + when + "</span> " + mailbox_link(slug) + ": " + words;
}

/// Something that happened, ready to be told.
struct Told {
    Time at{};
    std::string slug;
    std::string words;
};

/// Several clean-ups of a mailbox on one day are one.
std::vector<MailboxEventOf> merged(const std::vector<MailboxEventOf>& events) {
    std::vector<MailboxEventOf> result;
    std::map<std::pair<std::string, std::chrono::sys_days>, std::size_t> freed;
    for (const MailboxEventOf& one : events) {
        if (one.event.kind == EventKind::freed) {
            const auto key = std::pair(one.mailbox, std::chrono::floor<Days>(one.event.at));
            const auto [known, is_new] = freed.try_emplace(key, result.size());
            if (!is_new) {
                std::int64_t& bytes = result[known->second].event.bytes;
                bytes = saturating_add(bytes, one.event.bytes);
                continue;
            }
        }
        result.push_back(one);
    }
    return result;
}

std::vector<std::string> recent_lines(const RecentPast& recent, const std::set<std::string>& known,
                                      const PageText& text) {
    std::vector<Told> told;
    for (const MailboxEventOf& one : merged(recent.events)) {
        told.push_back({one.event.at, one.mailbox, event_words(one.event, text)});
    }
    for (const PastMail& mail : recent.mails) {
        told.push_back({mail.at, mail.mailbox, mail_words(mail, text)});
    }
    std::erase_if(told, [&](const Told& one) { return !known.contains(one.slug); });
    std::stable_sort(told.begin(), told.end(), [](const Told& a, const Told& b) { return a.at > b.at; });
    std::vector<std::string> lines;
    for (const Told& one : told) {
        lines.push_back(line(text.ago(one.at), one.slug, one.words));
    }
    return lines;
}

} // namespace

std::string unreachable_card(const Status& status, const PageText& text) {
    std::vector<std::string> lines;
    for (const MailboxStatus* mailbox : by_urgency(status)) {
        if (is_failing(*mailbox)) {
            lines.push_back(line(mailbox->failing_since ? text.since(*mailbox->failing_since) : "", mailbox->slug,
                                 text.word("failure." + std::string(to_string(mailbox->failure->kind)))));
        }
    }
    return lines.empty() ? "" : card("unreachable", text.word("unreachable_title"), folded_list(lines, text));
}

std::string planned_card(const Status& status, const PageText& text) {
    std::vector<std::pair<Time, std::string>> planned;
    for (const MailboxStatus& mailbox : status.mailboxes) {
        for (const NextStep& step : mailbox.next) {
            if (step.at && *step.at > status.at + kRecent) {
                continue;
            }
            const std::string when = !step.at                ? text.word("next_open")
                                     : *step.at <= status.at ? text.word("next_now")
                                                             : text.short_moment(*step.at);
            planned.emplace_back(step.at.value_or(Time::max()), line(when, mailbox.slug, next_words(step, text)));
        }
    }
    std::stable_sort(planned.begin(), planned.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
    std::vector<std::string> lines;
    for (auto& [at, html] : planned) {
        lines.push_back(std::move(html));
    }
    return lines.empty() ? "" : card("planned", text.word("planned_title"), folded_list(lines, text));
}

std::string recent_card(const Status& status, const RecentPast* recent, const PageText& text) {
    if (recent == nullptr) {
        return card("recent", text.word("recent_title"), "<p>" + text.word("past_missing") + "</p>\n");
    }
    std::set<std::string> known;
    for (const MailboxStatus& mailbox : status.mailboxes) {
        known.insert(mailbox.slug);
    }
    const auto lines = recent_lines(*recent, known, text);
    return card("recent", text.word("recent_title"),
                lines.empty() ? "<p>" + text.word("recent_none") + "</p>\n" : folded_list(lines, text));
}

} // namespace mailquotad::observe
