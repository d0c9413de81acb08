#include "observe/selection.h"

#include "observe/page_parts.h"
#include "observe/query.h"
#include "observe/view_rules.h"

#include <algorithm>
#include <charconv>
#include <limits>
#include <utility>

namespace mailquotad::observe {
namespace {

constexpr double kNever = std::numeric_limits<double>::infinity();
constexpr std::size_t kLongestText = 100;

std::string lower(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    return text;
}

double level_of(const MailboxStatus& mailbox, Time at) {
    return is_fresh(mailbox, at) && mailbox.assessment.tightest ? mailbox.assessment.tightest->used_ratio : -1;
}

double seconds(const std::optional<Time>& time) {
    return time ? static_cast<double>(time->time_since_epoch().count()) : -1;
}

/// Smaller is earlier.
double place(const MailboxStatus& mailbox, SortKey key, Time at) {
    switch (key) {
    case SortKey::full:
        return days_to_full(mailbox, at);
    case SortKey::growth:
        return is_fresh(mailbox, at) && mailbox.forecast ? -mailbox.forecast->growth_bytes_per_day : kNever;
    case SortKey::check:
        return seconds(mailbox.last_success);
    case SortKey::notice:
        return mailbox.last_told ? -seconds(mailbox.last_told->at) : kNever;
    case SortKey::level:
        return -level_of(mailbox, at);
    default:
        return 0;
    }
}

bool read_sort(const std::string& word, Selection& selection) {
    const auto* const found =
        std::find_if(kSortWords.begin(), kSortWords.end(), [&](const SortWord& known) { return known.word == word; });
    if (found != kSortWords.end()) {
        selection.sort = found->key;
    }
    return found != kSortWords.end();
}

bool read_page(const std::string& text, Selection& selection) {
    constexpr std::size_t most = 1'000'000;
    const char* const end = text.data() + text.size();
    const auto [stopped, error] = std::from_chars(text.data(), end, selection.page);
    return error == std::errc{} && stopped == end && selection.page >= 1 && selection.page <= most;
}

bool read_field(const std::string& name, const std::string& value, Selection& selection) {
    if (name == "state") {
        selection.state = value;
        return std::find(kStates.begin(), kStates.end(), value) != kStates.end();
    }
    if (name == "server") {
        selection.server = value;
        return value.size() <= kLongestText;
    }
    if (name == "q") {
        selection.text = lower(value);
        return value.size() <= kLongestText;
    }
    if (name == "order") {
        selection.reversed = true;
        return value == "reverse";
    }
    return name == "sort" ? read_sort(value, selection) : name == "page" && read_page(value, selection);
}

bool matches(const MailboxStatus& mailbox, const Selection& selection, Time at) {
    return (selection.state.empty() || state_of(mailbox, at) == selection.state) &&
           (selection.server.empty() || mailbox.server == selection.server) &&
           (selection.text.empty() || lower(mailbox.slug).find(selection.text) != std::string::npos);
}

} // namespace

std::optional<Selection> parse_selection(std::string_view query) {
    const auto fields = parse_query(query);
    if (!fields) {
        return std::nullopt;
    }
    Selection selection;
    for (const auto& [name, value] : *fields) {
        if (!read_field(name, value, selection)) {
            return std::nullopt;
        }
    }
    return selection;
}

std::string to_query(const Selection& selection) {
    std::vector<std::pair<std::string_view, std::string>> fields;
    const auto add = [&fields](std::string_view name, const std::string& value) {
        if (!value.empty()) {
            fields.emplace_back(name, value);
        }
    };
    add("state", selection.state);
    add("server", selection.server);
    add("q", selection.text);
    if (selection.sort != SortKey::full) {
        add("sort", std::string(kSortWords[static_cast<std::size_t>(selection.sort)].word));
    }
    add("order", selection.reversed ? "reverse" : "");
    add("page", selection.page > 1 ? std::to_string(selection.page) : "");
    return format_query(fields);
}

double days_to_full(const MailboxStatus& mailbox, Time at) {
    const auto stage = shown_stage(mailbox, at);
    if (stage == Stage::full) {
        return 0;
    }
    if (is_fresh(mailbox, at) && mailbox.forecast) {
        return mailbox.forecast->full_in_days.p50.value_or(kNever);
    }
    return stage == Stage::urgent ? 0 : kNever;
}

std::vector<const MailboxStatus*> selected(const Status& status, const Selection& selection) {
    std::vector<const MailboxStatus*> mailboxes = by_urgency(status);
    std::erase_if(mailboxes, [&](const MailboxStatus* mailbox) { return !matches(*mailbox, selection, status.at); });
    if (selection.sort == SortKey::mailbox) {
        std::stable_sort(mailboxes.begin(), mailboxes.end(),
                         [](const MailboxStatus* a, const MailboxStatus* b) { return a->slug < b->slug; });
    } else if (selection.sort != SortKey::state) {
        std::stable_sort(mailboxes.begin(), mailboxes.end(), [&](const MailboxStatus* a, const MailboxStatus* b) {
            const auto order = [&](const MailboxStatus& one) {
                return std::pair(place(one, selection.sort, status.at), -level_of(one, status.at));
            };
            return order(*a) < order(*b);
        });
    }
    if (selection.reversed) {
        std::reverse(mailboxes.begin(), mailboxes.end());
    }
    return mailboxes;
}

} // namespace mailquotad::observe
