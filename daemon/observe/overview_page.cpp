#include "core/escape.h"
#include "observe/overview_news.h"
#include "observe/overview_table.h"
#include "observe/page_parts.h"
#include "observe/view_rules.h"
#include "observe/views.h"

#include <algorithm>
#include <map>
#include <set>
#include <span>
#include <utility>

namespace mailquotad::observe {
namespace {

using Counts = std::map<std::string, std::int64_t>;

Counts counted(const Status& status) {
    Counts counts;
    for (const MailboxStatus& mailbox : status.mailboxes) {
        ++counts[state_of(mailbox, status.at)];
    }
    return counts;
}

/// How many there are, how many need somebody, which one is the next to be full.
std::string summary(const Status& status, const Counts& counts, const PageText& text) {
    const auto size = static_cast<std::int64_t>(status.mailboxes.size());
    std::string html = size == 1 ? text.word("summary.one") : text.fill("summary.many", {{"n", text.count(size)}});
    std::int64_t pressing = 0;
    for (const char* state : {"full", "urgent"}) {
        const auto found = counts.find(state);
        pressing += found == counts.end() ? 0 : found->second;
    }
    html += " " + (pressing == 0 ? text.word("summary.none_urgent")
                                 : text.fill("summary.urgent", {{"n", text.count(pressing)}}));
    for (const MailboxStatus* mailbox : selected(status, Selection{})) {
        const double days = days_to_full(*mailbox, status.at);
        if (days > 0 && mailbox->forecast && mailbox->forecast->full_in_days.p50) {
            return html + " " +
                   text.fill("summary.next", {{"name", mailbox_link(mailbox->slug)},
                                              {"when", forecast_short(*mailbox->forecast, text)}});
        }
    }
    return html;
}

std::string tally(const Counts& counts, const Selection& selection, const PageText& text) {
    std::string items;
    for (const char* state : kStates) {
        const auto found = counts.find(state);
        if (found == counts.end()) {
            continue;
        }
        const bool current = selection.state == state;
        Selection only;
        only.state = current ? "" : state;
        items += "<li><a href=\"./" + for_html(to_query(only)) + "#mailboxes\"" +
                 (current ? " aria-current=\"true\"" : "") + ">" + state_symbol(state) + "<b>" +
                 text.count(found->second) + "</b> " + text.word(std::string("state.") + state) + "</a></li>";
    }
    return items.empty() ? "" : "<ul class=\"tally\">" + items + "</ul>\n";
}

/// The mailboxes without an address of their owner in one line, however many they are.
std::string without_address(const Status& status, const PageText& text) {
    constexpr std::int64_t most = 5;
    std::string names;
    std::int64_t count = 0;
    for (const Remark& remark : status.remarks) {
        if (remark.kind == Remark::Kind::no_owner_mail && ++count <= most) {
            names += (names.empty() ? "" : ", ") + mailbox_link(remark.mailbox);
        }
    }
    if (count == 0) {
        return "";
    }
    const std::string more = count > most ? ", …" : "";
    return "<li>" + text.fill("remark.no_owner_mail", {{"n", text.count(count)}, {"names", names + more}}) + "</li>";
}

std::string settings_remarks(const Status& status, const PageText& text) {
    std::string items;
    for (const Remark& remark : status.remarks) {
        switch (remark.kind) {
        case Remark::Kind::no_smtp:
            items += "<li>" + text.word("remark.no_smtp") + "</li>";
            break;
        case Remark::Kind::no_webmaster:
            items += "<li>" + text.word("remark.no_webmaster") + "</li>";
            break;
        case Remark::Kind::other:
            items += "<li>" + foreign(remark.text) + "</li>";
            break;
        default:
            break; // told together
        }
    }
    return items + without_address(status, text);
}

std::string troubles(const Status& status, const PageText& text) {
    std::string items;
    for (const ServerTrouble& trouble : status.troubles) {
        items += "<li>" +
                 text.fill("server_trouble", {{"server", "<bdi>" + for_html(trouble.server) + "</bdi>"},
                                              {"failure", text.word("failure." + std::string(to_string(trouble.kind)))},
                                              {"since", text.since(trouble.since)},
                                              {"n", text.count(trouble.mailboxes)}}) +
                 "</li>";
    }
    return items;
}

std::string remarks(const Status& status, const PageText& text) {
    std::string items = settings_remarks(status, text) + troubles(status, text);
    if (status.database_failing_since) {
        items +=
            "<li>" + text.fill("database_failing", {{"when", text.moment(*status.database_failing_since)}}) + "</li>";
    }
    if (status.daemons > 1) {
        const auto here = std::count_if(status.mailboxes.begin(), status.mailboxes.end(),
                                        [](const MailboxStatus& mailbox) { return mailbox.here; });
        items += "<li>" +
                 text.fill("daemons", {{"n", text.count(status.daemons)},
                                       {"here", text.count(here)},
                                       {"all", text.count(static_cast<std::int64_t>(status.mailboxes.size()))}}) +
                 "</li>";
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

std::string option(const std::string& value, const std::string& word, const std::string& chosen) {
    return "<option value=\"" + value + "\"" + (value == chosen ? " selected" : "") + ">" + word + "</option>";
}

std::string choice(const std::string& name, const std::string& label, const std::string& options) {
    return "<label>" + label + " <select name=\"" + name + "\">" + options + "</select></label>\n";
}

std::set<std::string> servers_of(const Status& status) {
    std::set<std::string> servers;
    for (const MailboxStatus& mailbox : status.mailboxes) {
        servers.insert(mailbox.server);
    }
    return servers;
}

/// A form that a browser sends without a script.
std::string filter_form(const std::set<std::string>& servers, const Selection& selection, const PageText& text) {
    std::string states = option("", text.word("filter.any"), selection.state);
    for (const char* state : kStates) {
        states += option(state, text.word(std::string("state.") + state), selection.state);
    }
    std::string sorts;
    for (const SortWord& sort : kSortWords) {
        const std::string word(sort.word);
        sorts += option(word, text.word("sort." + word),
                        std::string(kSortWords[static_cast<std::size_t>(selection.sort)].word));
    }
    std::string html = "<form class=\"filter\" method=\"get\" action=\"./#mailboxes\" role=\"search\">\n<label>" +
                       text.word("filter.text") + " <input type=\"search\" name=\"q\" maxlength=\"100\" value=\"" +
                       for_html(selection.text) + "\"></label>\n" + choice("state", text.word("column_state"), states);
    if (servers.size() > 1) {
        std::string options = option("", text.word("filter.any"), selection.server);
        for (const std::string& server : servers) {
            options += option(for_html(server), for_html(server), for_html(selection.server));
        }
        html += choice("server", text.word("fact.server"), options);
    }
    html += choice("sort", text.word("filter.sort"), sorts) +
            "<label class=\"check\"><input type=\"checkbox\" name=\"order\" value=\"reverse\"" +
            (selection.reversed ? " checked" : "") + "> " + text.word("filter.reverse") + "</label>\n<button>" +
            text.word("filter.go") + "</button>\n";
    if (selection != Selection{}) {
        html += "<a href=\"./\">" + text.word("filter.reset") + "</a>\n";
    }
    return html + "</form>\n";
}

std::string page_link(const Selection& selection, std::size_t page, const char* relation, const std::string& word) {
    Selection other = selection;
    other.page = page;
    return "<a rel=\"" + std::string(relation) + "\" href=\"./" + for_html(to_query(other)) + "#mailboxes\">" + word +
           "</a>\n";
}

std::string pager(const Selection& selection, std::size_t pages, const PageText& text) {
    if (pages <= 1) {
        return "";
    }
    std::string html = "<nav class=\"pager\" aria-label=\"" + text.word("pager.label") + "\">\n";
    if (selection.page > 1) {
        html += page_link(selection, selection.page - 1, "prev", text.word("pager.previous"));
    }
    html += "<span>" +
            text.fill("pager.page", {{"n", text.count(static_cast<std::int64_t>(selection.page))},
                                     {"all", text.count(static_cast<std::int64_t>(pages))}}) +
            "</span>\n";
    if (selection.page < pages) {
        html += page_link(selection, selection.page + 1, "next", text.word("pager.next"));
    }
    return html + "</nav>\n";
}

/// How many are shown, and the same as a file.
std::string table_notes(std::size_t found, const Status& status, const Selection& selection, const PageText& text) {
    Selection all = selection;
    all.page = 1;
    const std::string shown =
        selection.filters()
            ? text.fill("filter.found", {{"n", text.count(static_cast<std::int64_t>(found))},
                                         {"all", text.count(static_cast<std::int64_t>(status.mailboxes.size()))}}) +
                  " "
            : "";
    return "<p class=\"muted\">" + shown + "<a href=\"mailboxes.csv" + for_html(to_query(all)) + "\">" +
           text.word("csv") + "</a></p>\n";
}

std::string all_mailboxes(const Status& status, const Selection& selection, const PageText& text) {
    if (status.mailboxes.empty()) {
        return "<p>" + text.word("no_mailboxes") + "</p>\n";
    }
    const auto servers = servers_of(status);
    const auto found = selected(status, selection);
    const std::size_t pages = std::max<std::size_t>(1, (found.size() + kPerPage - 1) / kPerPage);
    Selection here = selection;
    here.page = std::min(selection.page, pages);
    const std::size_t first = (here.page - 1) * kPerPage;
    const std::span<const MailboxStatus* const> shown =
        std::span(found).subspan(first, std::min(kPerPage, found.size() - first));
    const std::string more = pager(here, pages, text);
    return "<section aria-labelledby=\"mailboxes\">\n<h2 id=\"mailboxes\">" + text.word("all_title") + "</h2>\n" +
           filter_form(servers, here, text) + table_notes(found.size(), status, here, text) + more +
           (found.empty() ? "<p>" + text.word("filter.nothing") + "</p>\n"
                          : overview_table(shown, here, servers.size() > 1, text)) +
           more + "</section>\n";
}

} // namespace

std::string render_overview(const Status& status, const OverviewRequest& request, const std::string& language,
                            const text::Catalog& catalog) {
    const PageText text(catalog, language, status.at);
    const Counts counts = counted(status);
    // Who filters looks for mailboxes, not for news.
    const std::string news = request.selection == Selection{}
                                 ? "<div class=\"news\">\n" + unreachable_card(status, text) +
                                       planned_card(status, text) + recent_card(status, request.recent, text) +
                                       "</div>\n"
                                 : "";
    return to_html({.title = text.word("title") + " – mailquotad",
                    .body = "<h1>" + text.word("title") + "</h1>\n<p class=\"summary\">" +
                            summary(status, counts, text) + "</p>\n" + tally(counts, request.selection, text) +
                            remarks(status, text) + news + all_mailboxes(status, request.selection, text),
                    .footer = footer(status, text)},
                   text);
}

} // namespace mailquotad::observe
