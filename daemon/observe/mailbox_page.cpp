#include "core/escape.h"
#include "observe/mailbox_cards.h"
#include "observe/page_parts.h"
#include "observe/view_rules.h"
#include "observe/views.h"

#include <algorithm>

namespace mailquotad::observe {
namespace {

std::string optional_moment(const std::optional<Time>& time, const PageText& text) {
    return time ? moment_and_ago(*time, text) : "";
}

std::string reasons(const MailboxStatus& mailbox, const PageText& text) {
    std::string items;
    for (const Reason reason : mailbox.assessment.reasons) {
        items += "<li>" + text.word("reason." + std::string(to_string(reason))) + "</li>";
    }
    return items.empty() ? "" : "<ul class=\"reasons\">" + items + "</ul>\n";
}

std::string level(const MailboxStatus& mailbox, const PageText& text) {
    if (!is_fresh(mailbox, text.now())) {
        return "<p>" + text.word(mailbox.last_success ? "too_old" : "never_measured") + "</p>\n";
    }
    const auto& tightest = mailbox.assessment.tightest;
    if (!tightest) {
        return "<p>" + used_of_limit(mailbox, text) + "</p>\n";
    }
    const std::int64_t free = tightest->used >= tightest->limit ? 0 : tightest->limit - tightest->used;
    return "<p class=\"level big\">" + level_bar(mailbox, state_of(mailbox, text.now())) + "<b>" +
           text.percent(tightest->used_ratio) + "</b></p>\n<p>" +
           text.fill("level_sentence", {{"amounts", used_of_limit(mailbox, text)},
                                        {"free", amount(free, tightest->resource, tightest->unit, text)}}) +
           "</p>\n";
}

std::string summary(const MailboxStatus& mailbox, const PageText& text) {
    const std::string state = state_of(mailbox, text.now());
    const bool unreachable = state == "unreachable";
    std::optional<Time> since;
    if (unreachable) {
        since = mailbox.failing_since;
    } else if (shown_stage(mailbox, text.now())) {
        since = mailbox.stage_since;
    }
    std::string html = "<section class=\"card\"><p>" + state_badge(state, text);
    if (since) {
        html += " <span class=\"muted\">" + text.since(*since) + "</span>";
    }
    html += "</p>\n" + level(mailbox, text);
    if (is_fresh(mailbox, text.now())) {
        html += reasons(mailbox, text);
        if (is_failing(mailbox)) {
            html +=
                "<p class=\"muted\">" + text.fill("measured", {{"when", text.ago(*mailbox.last_success)}}) + "</p>\n";
        }
    }
    return html + "</section>\n";
}

std::string failure(const MailboxStatus& mailbox, const PageText& text) {
    if (!is_failing(mailbox)) {
        return "";
    }
    const std::string kind(to_string(mailbox.failure->kind));
    std::string html = "<section class=\"card failure\" aria-labelledby=\"failure\"><h2 id=\"failure\">" +
                       state_symbol("unreachable") + text.word("failure_title") + "</h2>\n<p><strong>" +
                       text.word("failure." + kind) + "</strong> " + text.word("failure_help." + kind) + "</p>\n";
    if (!mailbox.failure->detail.empty()) {
        html += "<p>" + text.word("failure_detail") + " <code><bdi>" + foreign(mailbox.failure->detail) +
                "</bdi></code></p>\n";
    }
    return html + "<dl>" + fact(text, "failing_since", optional_moment(mailbox.failing_since, text)) +
           fact(text, "next_attempt", optional_moment(next_look(mailbox, text.now()), text)) + "</dl></section>\n";
}

std::string conversation(const Evidence& evidence, const PageText& text) {
    const std::string kind(to_string(evidence.failure.kind));
    std::string html =
        "<details><summary>" + text.moment(evidence.at) + ": " + text.word("failure." + kind) + "</summary>\n";
    if (!evidence.failure.detail.empty()) {
        html += "<p><code><bdi>" + foreign(evidence.failure.detail) + "</bdi></code></p>\n";
    }
    if (evidence.wire_log.empty()) {
        return html + "<p class=\"muted\">" + text.word("evidence_silent") + "</p></details>\n";
    }
    html += "<pre dir=\"ltr\">";
    for (const std::string& line : evidence.wire_log) {
        html += foreign(line) + "\n";
    }
    return html + "</pre></details>\n";
}

std::string evidence(const MailboxStatus& mailbox, const PageText& text) {
    if (!mailbox.evidence || mailbox.evidence->empty()) {
        return "";
    }
    std::string html = "<section class=\"card\" aria-labelledby=\"evidence\"><h2 id=\"evidence\">" +
                       text.word("evidence_title") + "</h2>\n";
    for (const Evidence& one : *mailbox.evidence) {
        html += conversation(one, text);
    }
    return html + "<p class=\"muted\">" + text.word("evidence_note") + "</p></section>\n";
}

std::string quota(const MailboxStatus& mailbox, const PageText& text) {
    if (!is_fresh(mailbox, text.now()) || mailbox.quota.empty()) {
        return "";
    }
    std::string rows;
    for (const Resource& resource : mailbox.quota) {
        const auto limit = shown_limit(mailbox, resource);
        const auto number = [&](std::int64_t value) {
            return resource.unit == Unit::bytes ? text.bytes(value) : text.count(value);
        };
        rows += "<tr><th scope=\"row\"><bdi>" + for_html(resource.name) + "</bdi><span class=\"sub\"><bdi>" +
                foreign(resource.root) + "</bdi></span></th><td class=\"number\">" + number(resource.used) +
                "</td><td class=\"number\">" + (limit ? number(*limit) : text.word("none")) + "</td></tr>\n";
    }
    return "<section class=\"card\" aria-labelledby=\"quota\"><h2 id=\"quota\">" + text.word("quota_title") +
           "</h2>\n<table class=\"plain\"><thead><tr><th scope=\"col\">" + text.word("column_resource") +
           "</th><th scope=\"col\" class=\"number\">" + text.word("column_used") +
           "</th><th scope=\"col\" class=\"number\">" + text.word("column_limit") + "</th></tr></thead>\n<tbody>\n" +
           rows + "</tbody></table>\n<p>" +
           text.word("limit_sentence." + std::string(to_string(mailbox.assessment.limit_source))) + "</p></section>\n";
}

std::string checks(const MailboxStatus& mailbox, const PageText& text) {
    std::int64_t failed = 0;
    for (const auto& [kind, count] : mailbox.failures) {
        failed += count;
    }
    const ProbeCost& cost = mailbox.last_cost;
    return "<section class=\"card\" aria-labelledby=\"checks\"><h2 id=\"checks\">" + text.word("checks_title") +
           "</h2>\n<dl>" + fact(text, "server", "<bdi>" + for_html(mailbox.server) + "</bdi>") +
           fact(text, "last_success",
                mailbox.last_success ? moment_and_ago(*mailbox.last_success, text) : text.word("never")) +
           fact(text, "last_attempt", optional_moment(mailbox.last_attempt, text)) +
           (is_failing(mailbox) ? ""
                                : fact(text, "next_attempt", optional_moment(next_look(mailbox, text.now()), text))) +
           fact(text, "failures", text.count(failed)) +
           (mailbox.last_attempt ? fact(text, "cost",
                                        text.fill("cost", {{"seconds", text.seconds(cost.seconds)},
                                                           {"trips", text.count(cost.round_trips)},
                                                           {"commands", text.count(cost.commands)},
                                                           {"received", text.bytes(cost.bytes_received)}}))
                                 : "") +
           "</dl></section>\n";
}

} // namespace

std::string render_mailbox(const Status& status, const std::string& slug, const MailboxPast* past,
                           const std::string& language, const text::Catalog& catalog) {
    const auto found = std::find_if(status.mailboxes.begin(), status.mailboxes.end(),
                                    [&](const MailboxStatus& mailbox) { return mailbox.slug == slug; });
    if (found == status.mailboxes.end()) {
        return "";
    }
    const PageText text(catalog, language, status.at);
    const MailboxStatus& mailbox = *found;
    const std::string name = "<bdi>" + for_html(mailbox.slug) + "</bdi>";
    return to_html({.title = for_html(mailbox.slug) + " – mailquotad",
                    .body = "<nav><a href=\"../\">" + text.word("back") + "</a></nav>\n<h1>" +
                            text.fill("mailbox_title", {{"name", name}}) + "</h1>\n<div class=\"cards\">\n" +
                            summary(mailbox, text) + failure(mailbox, text) + history_card(mailbox, past, text) +
                            folders_card(mailbox, text) + advice_card(mailbox, text) +
                            notices_card(mailbox, past, text) + quota(mailbox, text) + checks(mailbox, text) +
                            evidence(mailbox, text) + "</div>\n",
                    .footer = footer(status, text),
                    .depth = 1},
                   text);
}

} // namespace mailquotad::observe
