#include "core/escape.h"
#include "observe/page_parts.h"
#include "observe/view_rules.h"
#include "observe/views.h"

#include <array>

namespace mailquotad::observe {
namespace {

/// The states in the order in which the tally names them.
constexpr std::array kStates = {"full", "urgent", "warning", "unreachable", "unknown", "waiting", "notice", "ok"};

std::string tally(const Status& status, const PageText& text) {
    std::string items;
    for (const char* state : kStates) {
        std::int64_t count = 0;
        for (const MailboxStatus& mailbox : status.mailboxes) {
            count += state_of(mailbox, status.at) == state ? 1 : 0;
        }
        if (count > 0) {
            items += "<li>" + state_symbol(state) + "<b>" + text.count(count) + "</b> " +
                     text.word(std::string("state.") + state) + "</li>";
        }
    }
    return items.empty() ? "" : "<ul class=\"tally\">" + items + "</ul>\n";
}

std::string remarks(const Status& status, const PageText& text) {
    std::string items;
    for (const std::string& remark : status.remarks) {
        items += "<li>" + foreign(remark) + "</li>";
    }
    for (const ServerTrouble& trouble : status.troubles) {
        items += "<li>" +
                 text.fill("server_trouble", {{"server", "<bdi>" + for_html(trouble.server) + "</bdi>"},
                                              {"failure", text.word("failure." + std::string(to_string(trouble.kind)))},
                                              {"since", text.since(trouble.since)},
                                              {"n", text.count(trouble.mailboxes)}}) +
                 "</li>";
    }
    if (status.database_failing_since) {
        items +=
            "<li>" + text.fill("database_failing", {{"when", text.moment(*status.database_failing_since)}}) + "</li>";
    }
    if (status.stuck_workers > 0) {
        items += "<li>" + text.fill("stuck_workers", {{"n", text.count(status.stuck_workers)}}) + "</li>";
    }
    if (!status.config_last_reload_successful) {
        items += "<li>" + text.word("reload_failed") + "</li>";
    }
    if (!status.first_round_done) {
        items += "<li>" + text.word("first_round") + "</li>";
    }
    return items.empty() ? ""
                         : "<section class=\"remarks\" aria-labelledby=\"remarks\"><h2 id=\"remarks\">" +
                               text.word("remarks") + "</h2><ul>" + items + "</ul></section>\n";
}

// The roles say again what the elements are: browsers forget it for a table that the stylesheet lays out as cards.
std::string cell(const std::string& label, const std::string& html, const char* name = "") {
    return "<td role=\"cell\" class=\"" + std::string(name) + "\" data-label=\"" + label + "\"><div>" + html +
           "</div></td>";
}

std::string muted(const std::string& html) {
    return "<span class=\"sub\">" + html + "</span>";
}

std::string state_cell(const MailboxStatus& mailbox, const PageText& text) {
    const std::string state = state_of(mailbox, text.now());
    std::string html = state_badge(state, text);
    if (is_failing(mailbox)) {
        html += muted(text.word("failure." + std::string(to_string(mailbox.failure->kind))) +
                      (mailbox.failing_since ? ", " + text.since(*mailbox.failing_since) : ""));
    } else if (shown_stage(mailbox, text.now())) {
        html += muted(text.since(mailbox.stage_since));
    }
    if (!mailbox.note.empty()) {
        html += muted(foreign(mailbox.note));
    }
    return html;
}

std::string level_cell(const MailboxStatus& mailbox, const PageText& text) {
    if (!is_fresh(mailbox, text.now())) {
        return text.word("nothing_known");
    }
    const std::string amounts = used_of_limit(mailbox, text);
    const auto& tightest = mailbox.assessment.tightest;
    if (!tightest) {
        return amounts;
    }
    return "<span class=\"level\">" + level_bar(tightest->used_ratio, state_of(mailbox, text.now())) + "<b>" +
           text.percent(tightest->used_ratio) + "</b></span>" + muted(amounts);
}

std::string free_cell(const MailboxStatus& mailbox, const PageText& text) {
    const auto& tightest = mailbox.assessment.tightest;
    if (!is_fresh(mailbox, text.now()) || !tightest) {
        return text.word("none");
    }
    const std::int64_t free = tightest->used >= tightest->limit ? 0 : tightest->limit - tightest->used;
    return amount(free, tightest->resource, tightest->unit, text);
}

std::string full_cell(const MailboxStatus& mailbox, const PageText& text) {
    return is_fresh(mailbox, text.now()) && mailbox.forecast ? forecast_short(*mailbox.forecast, text)
                                                             : text.word("none");
}

std::string check_cell(const MailboxStatus& mailbox, const PageText& text) {
    if (!mailbox.last_success) {
        return text.word("never");
    }
    return text.ago(*mailbox.last_success);
}

std::string notice_cell(const MailboxStatus& mailbox, const PageText& text) {
    if (!mailbox.last_told) {
        return text.word("none");
    }
    return text.ago(mailbox.last_told->at) +
           muted(text.word("state." + std::string(to_string(mailbox.last_told->stage))));
}

std::string row(const MailboxStatus& mailbox, const PageText& text) {
    return "<tr role=\"row\"><th scope=\"row\" role=\"rowheader\"><a href=\"mailbox/" + to_path_segment(mailbox.slug) +
           "\"><bdi>" + for_html(mailbox.slug) + "</bdi></a>" + muted("<bdi>" + for_html(mailbox.server) + "</bdi>") +
           "</th>" + cell(text.word("column_state"), state_cell(mailbox, text), "state") +
           cell(text.word("column_level"), level_cell(mailbox, text), "wide") +
           cell(text.word("column_free"), free_cell(mailbox, text), "number") +
           cell(text.word("column_full"), full_cell(mailbox, text)) +
           cell(text.word("column_check"), check_cell(mailbox, text)) +
           cell(text.word("column_notice"), notice_cell(mailbox, text)) + "</tr>\n";
}

std::string table(const Status& status, const PageText& text) {
    if (status.mailboxes.empty()) {
        return "<p>" + text.word("no_mailboxes") + "</p>\n";
    }
    std::string head;
    for (const char* column : {"mailbox", "state", "level", "free", "full", "check", "notice"}) {
        head += "<th scope=\"col\" role=\"columnheader\">" + text.word(std::string("column_") + column) + "</th>";
    }
    std::string rows;
    for (const MailboxStatus* mailbox : by_urgency(status)) {
        rows += row(*mailbox, text);
    }
    return "<table class=\"boxes\" role=\"table\"><caption>" + text.word("table_caption") +
           "</caption>\n<thead role=\"rowgroup\"><tr role=\"row\">" + head +
           "</tr></thead>\n<tbody role=\"rowgroup\">\n" + rows + "</tbody></table>\n";
}

} // namespace

std::string render_overview(const Status& status, const std::string& language, const text::Catalog& catalog) {
    const PageText text(catalog, language, status.at);
    return to_html({.title = text.word("title") + " – mailquotad",
                    .body = "<h1>" + text.word("title") + "</h1>\n" + tally(status, text) + remarks(status, text) +
                            table(status, text),
                    .footer = footer(status, text)},
                   text);
}

std::string render_message(const std::string& title_key, const std::string& text_key, const std::string& language,
                           const text::Catalog& catalog, int depth) {
    const PageText text(catalog, language, Time{});
    return to_html({.title = text.word(title_key) + " – mailquotad",
                    .body = "<h1>" + text.word(title_key) + "</h1>\n<p>" + text.word(text_key) + "</p>\n<p><a href=\"" +
                            way_home(depth) + "\">" + text.word("back") + "</a></p>\n",
                    .footer = "",
                    .depth = depth},
                   text);
}

} // namespace mailquotad::observe
