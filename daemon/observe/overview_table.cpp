#include "observe/overview_table.h"

#include "core/escape.h"
#include "observe/page_parts.h"
#include "observe/view_rules.h"

#include <optional>

namespace mailquotad::observe {
namespace {

/// The columns, and what a click on their heads sorts by.
struct Column {
    const char* word;
    std::optional<SortKey> sort;
};

constexpr Column kColumns[] = {{"column_mailbox", SortKey::mailbox}, {"column_level", SortKey::level},
                               {"column_state", SortKey::state},     {"column_full", SortKey::full},
                               {"column_growth", SortKey::growth},   {"column_check", SortKey::check},
                               {"column_notice", SortKey::notice},   {"column_note", std::nullopt}};

std::string head(const Column& column, const Selection& selection, const PageText& text) {
    const std::string word = text.word(column.word);
    if (!column.sort) {
        return "<th scope=\"col\" role=\"columnheader\">" + word + "</th>";
    }
    Selection next = selection;
    next.page = 1;
    next.sort = *column.sort;
    const bool current = selection.sort == *column.sort;
    next.reversed = current && !selection.reversed;
    std::string sorted;
    std::string arrow;
    if (current) {
        const bool rises = kSortWords[static_cast<std::size_t>(*column.sort)].rises != selection.reversed;
        sorted = rises ? " aria-sort=\"ascending\"" : " aria-sort=\"descending\"";
        arrow = std::string("<span class=\"arrow\" aria-hidden=\"true\">") + (rises ? "▲" : "▼") + "</span>";
    }
    return "<th scope=\"col\" role=\"columnheader\"" + sorted + "><a href=\"./" + for_html(to_query(next)) +
           "#mailboxes\">" + word + arrow + "</a></th>";
}

// A narrow screen leaves empty cells out.
bool is_empty(const std::string& html) {
    return html.empty() || html == "–";
}

// The roles say again what the elements are: browsers forget it for a table that the stylesheet lays out as cards.
std::string cell(const std::string& label, const std::string& html, const char* name = "") {
    return "<td role=\"cell\" class=\"" + std::string(name) + (is_empty(html) ? " empty" : "") + "\" data-label=\"" +
           label + "\"><div>" + html + "</div></td>";
}

std::string muted(const std::string& html) {
    return "<span class=\"sub\">" + html + "</span>";
}

std::string state_cell(const MailboxStatus& mailbox, const PageText& text) {
    std::string html = state_badge(state_of(mailbox, text.now()), text);
    if (is_failing(mailbox)) {
        html += muted(text.word("failure." + std::string(to_string(mailbox.failure->kind))) +
                      (mailbox.failing_since ? ", " + text.since(*mailbox.failing_since) : ""));
    } else if (shown_stage(mailbox, text.now())) {
        html += muted(text.since(mailbox.stage_since));
    }
    return html;
}

std::string level_cell(const MailboxStatus& mailbox, const PageText& text) {
    if (!is_fresh(mailbox, text.now())) {
        return text.word("nothing_known");
    }
    const auto& tightest = mailbox.assessment.tightest;
    if (!tightest) {
        return used_of_limit(mailbox, text);
    }
    return "<span class=\"level\">" + level_bar(mailbox, state_of(mailbox, text.now())) + "<b>" +
           text.percent(tightest->used_ratio) + "</b></span>" + muted(used_of_limit(mailbox, text));
}

std::string full_cell(const MailboxStatus& mailbox, const PageText& text) {
    if (shown_stage(mailbox, text.now()) == Stage::full) {
        return text.word("full_now");
    }
    return is_fresh(mailbox, text.now()) && mailbox.forecast ? forecast_short(*mailbox.forecast, text)
                                                             : text.word("none");
}

std::string notice_cell(const MailboxStatus& mailbox, const PageText& text) {
    if (!mailbox.last_told) {
        return text.word("none");
    }
    return text.ago(mailbox.last_told->at) +
           muted(text.word("state." + std::string(to_string(mailbox.last_told->stage))));
}

std::string row(const MailboxStatus& mailbox, bool with_server, const PageText& text) {
    const std::string growth = weekly_growth(mailbox, text);
    return "<tr role=\"row\"><th scope=\"row\" role=\"rowheader\">" + mailbox_link(mailbox.slug) +
           (with_server ? muted("<bdi>" + for_html(mailbox.server) + "</bdi>") : "") + "</th>" +
           cell(text.word("column_level"), level_cell(mailbox, text), "wide") +
           cell(text.word("column_state"), state_cell(mailbox, text), "state") +
           cell(text.word("column_full"), full_cell(mailbox, text)) +
           cell(text.word("column_growth"), growth.empty() ? text.word("none") : growth, "number") +
           cell(text.word("column_check"),
                mailbox.last_success ? text.ago(*mailbox.last_success) : text.word("never")) +
           cell(text.word("column_notice"), notice_cell(mailbox, text)) +
           cell(text.word("column_note"), note(mailbox, text), "note") + "</tr>\n";
}

} // namespace

std::string overview_table(std::span<const MailboxStatus* const> mailboxes, const Selection& selection,
                           bool with_servers, const PageText& text) {
    std::string heads;
    for (const Column& column : kColumns) {
        heads += head(column, selection, text);
    }
    const bool first_order = selection.sort == SortKey::full && !selection.reversed;
    const std::string order = first_order ? text.word("table_order") + " " : "";
    std::string rows;
    for (const MailboxStatus* mailbox : mailboxes) {
        rows += row(*mailbox, with_servers, text);
    }
    return "<table class=\"boxes\" role=\"table\"><caption>" + order + text.word("table_caption") +
           "</caption>\n<thead role=\"rowgroup\"><tr role=\"row\">" + heads +
           "</tr></thead>\n<tbody role=\"rowgroup\">\n" + rows + "</tbody></table>\n";
}

} // namespace mailquotad::observe
