#include "core/byte_size.h"
#include "observe/mailbox_cards.h"
#include "observe/page_parts.h"
#include "observe/svg.h"
#include "observe/treemap.h"
#include "observe/view_rules.h"

#include <algorithm>
#include <cmath>
#include <string_view>
#include <vector>

namespace mailquotad::observe {
namespace {

using Entry = std::pair<FolderRole, Folder>;

constexpr double kMapWidth = 100;
constexpr double kMapHeight = 45;

/// The roles by size; what nobody told comes last.
std::vector<Entry> by_size(const MailboxStatus& mailbox) {
    std::vector<Entry> sorted(mailbox.roles.begin(), mailbox.roles.end());
    std::stable_sort(sorted.begin(), sorted.end(), [](const Entry& a, const Entry& b) {
        return a.second.size_bytes.value_or(-1) > b.second.size_bytes.value_or(-1);
    });
    return sorted;
}

/// Views show messages that lie in other folders too.
bool is_view(FolderRole role) {
    return role == FolderRole::all || role == FolderRole::flagged;
}

std::string role_word(FolderRole role, const PageText& text) {
    return text.word("role." + std::string(to_string(role)));
}

/// One area with its words; what does not fit into it is cut off by the inner svg.
std::string map_cell(const Area& area, const Entry& entry, const PageText& text) {
    const std::string role(to_string(entry.first));
    const std::string size = text.bytes(entry.second.size_bytes.value_or(0));
    const auto percent = [](double part, double whole) { return svg_number(part / whole * 100) + "%"; };
    std::string cell = "<svg x=\"" + percent(area.x, kMapWidth) + "\" y=\"" + percent(area.y, kMapHeight) +
                       "\" width=\"" + percent(area.width, kMapWidth) + "\" height=\"" +
                       percent(area.height, kMapHeight) + "\"><title>" + role_word(entry.first, text) + ": " + size +
                       "</title><rect class=\"r-" + role + "\" width=\"100%\" height=\"100%\"/>";
    if (area.width >= 18 && area.height >= 9) {
        cell += "<text x=\"8\" y=\"1.4em\">" + role_word(entry.first, text) + "</text>";
        if (area.height >= 18) {
            cell += "<text class=\"size\" x=\"8\" y=\"2.9em\">" + size + "</text>";
        }
    }
    return cell + "</svg>";
}

/// The drawing; the table beside it holds the same, so it is hidden from screen readers.
std::string map_of(const std::vector<Entry>& entries, const PageText& text) {
    std::vector<Entry> drawn;
    std::vector<double> sizes;
    for (const Entry& entry : entries) {
        if (!is_view(entry.first) && entry.second.size_bytes.value_or(0) > 0) {
            drawn.push_back(entry);
            sizes.push_back(static_cast<double>(*entry.second.size_bytes));
        }
    }
    if (drawn.size() < 2) {
        return "";
    }
    const auto areas = squarified(sizes, kMapWidth, kMapHeight);
    std::string cells;
    for (std::size_t i = 0; i < drawn.size(); ++i) {
        cells += map_cell(areas[i], drawn[i], text);
    }
    return "<svg class=\"map\" aria-hidden=\"true\">" + cells + "</svg>\n";
}

std::string folder_row(const Entry& entry, std::int64_t sum, const PageText& text) {
    const auto& [role, folder] = entry;
    const bool has_share = folder.size_bytes && sum > 0 && !is_view(role);
    return "<tr><th scope=\"row\"><span class=\"swatch r-" + std::string(to_string(role)) + "\"></span>" +
           role_word(role, text) + "</th><td class=\"number\">" +
           (folder.size_bytes ? text.bytes(*folder.size_bytes) : text.word("unknown_size")) +
           "</td><td class=\"number share\">" +
           (has_share ? text.percent(static_cast<double>(*folder.size_bytes) / static_cast<double>(sum))
                      : text.word("none")) +
           "</td><td class=\"number\">" + (folder.messages ? text.count(*folder.messages) : text.word("none")) +
           "</td></tr>\n";
}

std::string heads(std::initializer_list<const char*> words, const PageText& text) {
    std::string html;
    for (const char* word : words) {
        const bool is_share = std::string_view(word) == "column_share";
        html += std::string("<th scope=\"col\"") +
                (html.empty() ? ""
                 : is_share   ? " class=\"number share\""
                              : " class=\"number\"") +
                ">" + text.word(word) + "</th>";
    }
    return "<thead><tr>" + html + "</tr></thead>\n";
}

std::string advice_row(const Advice& advice, const PageText& text) {
    std::string about = text.word("effort." + std::string(to_string(advice.effort)));
    if (advice.kind != AdviceKind::bigger_box) {
        about += ", " + text.word(advice.reversible ? "advice_reversible" : "advice_final");
    }
    if (advice.messages > 0) {
        about = text.fill("messages", {{"n", text.count(advice.messages)}}) + "; " + about;
    }
    return "<tr><th scope=\"row\">" + text.word("advice." + std::string(to_string(advice.kind))) +
           "<span class=\"sub\">" + about + "</span></th><td class=\"number\">" +
           (advice.frees_bytes > 0 ? text.bytes(advice.frees_bytes) : text.word("none")) +
           "</td><td class=\"number\">" +
           (std::isfinite(advice.used_ratio_after) ? text.percent(std::max(0.0, advice.used_ratio_after))
                                                   : text.word("none")) +
           "</td></tr>\n";
}

std::string advice_table(const std::vector<Advice>& list, const PageText& text) {
    std::string rows;
    for (const Advice& advice : list) {
        rows += advice_row(advice, text);
    }
    return "<table class=\"plain\">" + heads({"column_advice", "column_frees", "column_after"}, text) + "<tbody>\n" +
           rows + "</tbody></table>\n";
}

} // namespace

std::string folders_card(const MailboxStatus& mailbox, const PageText& text) {
    if (!is_fresh(mailbox, text.now()) || mailbox.roles.empty()) {
        return "";
    }
    const std::vector<Entry> entries = by_size(mailbox);
    std::int64_t sum = 0;
    for (const auto& [role, folder] : entries) {
        sum = is_view(role) ? sum : saturating_add(sum, folder.size_bytes.value_or(0));
    }
    std::string rows;
    for (const Entry& entry : entries) {
        rows += folder_row(entry, sum, text);
    }
    return card("folders", text.word("folders_title"),
                map_of(entries, text) + "<table class=\"plain\">" +
                    heads({"column_folder", "column_size", "column_share", "column_messages"}, text) + "<tbody>\n" +
                    rows + "</tbody></table>\n<p class=\"muted\">" + text.word("folders_note") + "</p>\n");
}

std::string advice_card(const MailboxStatus& mailbox, const PageText& text) {
    if (!is_fresh(mailbox, text.now()) || !mailbox.advice || mailbox.advice->all.empty()) {
        return "";
    }
    const AdvicePlan& advice = *mailbox.advice;
    std::string html;
    if (!advice.plan.empty()) {
        html += "<p>" +
                text.fill(advice.reaches_target ? "advice_enough" : "advice_not_enough",
                          {{"ratio", text.percent(std::max(0.0, advice.used_ratio_after_plan))}}) +
                "</p>\n" + advice_table(advice.plan, text);
    }
    const std::string all = advice_table(advice.all, text);
    html += advice.plan.empty()
                ? all
                : "<details><summary>" + text.word("advice_all") + "</summary>\n" + all + "</details>\n";
    return card("advice", text.word("advice_title"), html);
}

} // namespace mailquotad::observe
