#include "app/check_output.h"
#include "app/survey_output.h"
#include "app/text_table.h"
#include "core/byte_size.h"
#include "core/escape.h"
#include "os/clock.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <map>

namespace mailquotad::app {

namespace {

constexpr std::size_t kFoldersShown = 12;
constexpr std::size_t kYearsShown = 12;
constexpr std::size_t kLargestShown = 10;
constexpr std::size_t kLongName = 32;

std::string percent(double ratio) {
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "%.1f %%", ratio * 100);
    return text.data();
}

std::string bar(double share, std::size_t cells, bool unicode) {
    const auto filled = static_cast<std::size_t>(std::lround(std::clamp(share, 0.0, 1.0) * static_cast<double>(cells)));
    std::string text;
    for (std::size_t i = 0; i < std::max<std::size_t>(filled, share > 0 ? 1 : 0); ++i)
        text += unicode ? "█" : "#";
    return text;
}

double share_of(std::int64_t part, std::int64_t all) {
    return all > 0 ? static_cast<double>(part) / static_cast<double>(all) : 0;
}

struct Line {
    std::string name;
    std::optional<std::int64_t> messages;
    std::optional<std::int64_t> size_bytes;
};

std::vector<Line> folder_lines(const SurveyResult& result) {
    std::vector<Line> lines;
    if (result.survey) {
        for (const FolderSurvey& folder : result.survey->folders) {
            const Bin total = folder.total();
            lines.push_back({.name = folder.name, .messages = total.messages, .size_bytes = total.size_bytes});
        }
    } else {
        for (const Folder& folder : result.check.folders) {
            if (folder.role != FolderRole::all && folder.role != FolderRole::flagged)
                lines.push_back({.name = folder.name, .messages = folder.messages, .size_bytes = folder.size_bytes});
        }
    }
    std::stable_sort(lines.begin(), lines.end(),
                     [](const Line& a, const Line& b) { return a.size_bytes.value_or(0) > b.size_bytes.value_or(0); });
    return lines;
}

std::vector<Line> year_lines(const Survey& survey) {
    std::map<std::int32_t, Bin, std::greater<>> years;
    for (const FolderSurvey& folder : survey.folders) {
        for (const auto& [key, bin] : folder.bins)
            years[key.month.index / 12].add(bin);
    }
    std::vector<Line> lines;
    Bin earlier;
    for (const auto& [year, bin] : years) {
        if (lines.size() < kYearsShown)
            lines.push_back({.name = std::to_string(year), .messages = bin.messages, .size_bytes = bin.size_bytes});
        else
            earlier.add(bin);
    }
    if (earlier.messages > 0)
        lines.push_back({.name = "earlier", .messages = earlier.messages, .size_bytes = earlier.size_bytes});
    return lines;
}

/// A titled list with its shares drawn as bars as long as the terminal allows.
std::string chart(const std::string& title, const std::vector<Line>& lines, std::size_t most,
                  const TerminalLook& look) {
    const std::size_t width = look.columns;
    constexpr std::size_t numbers = 36; // messages, size and share with their gaps
    constexpr std::size_t longest_bar = 30;
    constexpr std::size_t shortest_bar = 5;
    std::int64_t all = 0;
    std::size_t name_width = title.size();
    const std::size_t shown = std::min(most, lines.size());
    for (std::size_t i = 0; i < lines.size(); ++i) {
        all = saturating_add(all, lines[i].size_bytes.value_or(0));
        if (i < shown)
            name_width = std::max(name_width, terminal_width(for_terminal(lines[i].name)));
    }
    name_width = std::min(name_width, width < 80 ? kLongName / 2 : kLongName);
    const std::size_t room = width > name_width + numbers ? width - name_width - numbers : 0;
    const std::size_t cells = room < shortest_bar ? 0 : std::min(room, longest_bar);
    using Align = TextTable::Align;
    using Narrow = TextTable::Narrow;
    TextTable table({{title, Align::left, Narrow::cut},
                     {"MESSAGES", Align::right, Narrow::drop},
                     {"SIZE", Align::right},
                     {"SHARE", Align::right},
                     {"", Align::left, Narrow::drop}});
    for (std::size_t i = 0; i < shown; ++i) {
        const Line& line = lines[i];
        const double share = share_of(line.size_bytes.value_or(0), all);
        table.add({shortened(for_terminal(line.name), name_width, look.unicode),
                   line.messages ? std::to_string(*line.messages) : "?", line.size_bytes ? iec(*line.size_bytes) : "?",
                   line.size_bytes ? percent(share) : "", bar(share, cells, look.unicode)});
    }
    std::string text = table.to_string(look);
    if (shown < lines.size())
        text += std::string(look.unicode ? "… and " : "... and ") + std::to_string(lines.size() - shown) + " more\n";
    return text + "\n";
}

std::string largest_table(const Survey& survey, const TerminalLook& look) {
    if (survey.largest.empty())
        return "";
    using Align = TextTable::Align;
    using Narrow = TextTable::Narrow;
    TextTable table({{"LARGEST MESSAGES", Align::right}, {"DATE"}, {"FOLDER", Align::left, Narrow::cut}});
    for (std::size_t i = 0; i < std::min(kLargestShown, survey.largest.size()); ++i) {
        const LargeMessage& message = survey.largest[i];
        const FolderSurvey* folder = survey.find(message.folder_key);
        const std::string name = folder == nullptr ? std::string(to_string(message.role)) : folder->name;
        table.add({iec(message.size_bytes), format_date(os::local_time(message.date).day), for_terminal(name)});
    }
    return table.to_string(look) + "\n";
}

bool is_in_plan(const AdvicePlan& plan, AdviceKind kind) {
    return std::any_of(plan.plan.begin(), plan.plan.end(), [&](const Advice& step) { return step.kind == kind; });
}

std::string effort_words(const Advice& advice) {
    const std::string effort = advice.effort == Effort::click     ? "a click"
                               : advice.effort == Effort::minutes ? "minutes"
                                                                  : "at a computer";
    if (advice.kind == AdviceKind::bigger_box)
        return "ask the provider";
    return effort + (advice.reversible ? ", moved" : ", gone for good");
}

std::string advice_table(const SurveyResult& result, const TerminalLook& look) {
    const AdvicePlan& plan = result.advice;
    if (plan.all.empty())
        return "Nothing worth doing was found.\n";
    using Align = TextTable::Align;
    using Narrow = TextTable::Narrow;
    TextTable table({{""},
                     {"FREES", Align::right},
                     {"THEN", Align::right},
                     {"MESSAGES", Align::right, Narrow::drop},
                     {"WHAT TO DO", Align::left, Narrow::cut},
                     {"EFFORT", Align::left, Narrow::drop}});
    for (const Advice& advice : plan.all) {
        const bool frees = advice.frees_bytes > 0;
        table.add({is_in_plan(plan, advice.kind) ? "*" : "", frees ? iec(advice.frees_bytes) : "",
                   percent(advice.used_ratio_after), frees ? std::to_string(advice.messages) : "", words_of(advice),
                   effort_words(advice)});
    }
    std::string text = table.to_string(look);
    if (!plan.plan.empty())
        text += "* together, counted once: " + percent(plan.used_ratio_after_plan) + " used" +
                (plan.reaches_target ? "" : ", which misses the aim of " + percent(plan.target_ratio)) + "\n";
    return text;
}

std::string remarks(const SurveyResult& result) {
    std::string text;
    const auto any = [&](auto&& holds) {
        return std::any_of(result.advice.all.begin(), result.advice.all.end(), holds);
    };
    for (const auto& [role, counts] : result.counts) {
        if (counts == Counts::no)
            text += "The folder " + std::string(to_string(role)) +
                    " does not count against the quota: emptying it frees nothing.\n";
    }
    if (any([](const Advice& advice) { return advice.counts == Counts::presumably && advice.frees_bytes > 0; }))
        text += "Whether every folder counts against the quota is presumed, not known yet.\n";
    if (any([](const Advice& advice) { return advice.dates_unsure; }))
        text += "Part of the mail was moved here at once: its dates are those of the move.\n";
    if (result.advice.without_trash)
        text += "The mailbox is full: delete with Shift+Delete or empty Trash first, since a copy to Trash may be "
                "refused.\n";
    if (result.survey && !result.survey->complete)
        text += "The survey is not complete: run it again, it goes on where it stopped.\n";
    if (!result.advice.all.empty())
        text += "Servers count in KiB, and some show what was freed only hours later.\n";
    return text.empty() ? text : "\n" + text;
}

std::string headline(const SurveyResult& result) {
    std::string text = for_terminal(result.check.shown_name());
    if (const auto& tightest = result.check.assessment.tightest; tightest && tightest->unit == Unit::bytes)
        text += ": " + iec(tightest->used) + " of " + iec(tightest->limit) + " used (" + percent(tightest->used_ratio) +
                ")";
    else
        text += ": no limit in bytes is known, so nothing can be said about what is enough";
    return text + "\n\n";
}

} // namespace

std::string words_of(const Advice& advice) {
    const std::string from = advice.larger_than_bytes ? " from " + iec(*advice.larger_than_bytes) + " on" : "";
    const std::string before = advice.before ? " before " + format_date(first_day(*advice.before)) : "";
    switch (advice.kind) {
    case AdviceKind::empty_trash:
        return "empty the Trash";
    case AdviceKind::empty_junk:
        return "empty the junk folder";
    case AdviceKind::purge_deleted:
        return "purge what is marked as deleted";
    case AdviceKind::delete_largest:
        return "delete the largest" + from;
    case AdviceKind::sent_attachments:
        return "delete sent mail" + from;
    case AdviceKind::drafts:
        return "delete drafts" + from;
    case AdviceKind::duplicates:
        return "look for duplicates (same size and second)";
    case AdviceKind::archive_old:
        return "archive locally all" + before;
    case AdviceKind::archive_old_big:
        return "archive locally all" + from + before;
    case AdviceKind::fetch_by_pop3:
        return "fetch the inbox by POP3 (loses flags and other devices)";
    case AdviceKind::bigger_box:
        return "a mailbox of " + iec(advice.limit_bytes.value_or(0));
    }
    return "";
}

std::string survey_table(const SurveyResult& result, const TerminalLook& look) {
    if (result.check.failure)
        return check_table({result.check}, look);
    std::string text = headline(result) + chart("FOLDER", folder_lines(result), kFoldersShown, look);
    if (result.survey)
        text += chart("YEAR", year_lines(*result.survey), kYearsShown + 1, look) + largest_table(*result.survey, look);
    return fit_lines(text + advice_table(result, look) + remarks(result), look);
}

} // namespace mailquotad::app
