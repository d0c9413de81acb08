#include "notify/compose.h"

#include "notify/notice_fields.h"
#include "notify/plain_words.h"
#include "notify/text_blocks.h"

namespace mailquotad::notify {
namespace {

std::string trimmed(std::string text) {
    while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) {
        text.pop_back();
    }
    return text;
}

/// Where a part of the template says nothing, its empty lines go too.
std::string without_gaps(std::string text) {
    for (auto at = text.find("\n\n\n"); at != std::string::npos; at = text.find("\n\n\n", at))
        text.erase(at, 1);
    return text;
}

using Headers = std::vector<std::pair<std::string, std::string>>;

Headers headers_of(const NoticeFacts& facts) {
    const std::string from = address_of(facts.from);
    const bool all_clear = facts.notification.kind == NotificationKind::all_clear;
    Headers headers = {{"Auto-Submitted", "auto-generated"}, {"X-Auto-Response-Suppress", "All"}};
    if (!from.empty()) {
        headers.emplace_back("List-Id", "Postfach-Hinweise <quota." + from.substr(from.find('@') + 1) + ">");
    }
    headers.emplace_back("X-Mailquotad-Stage",
                         std::string(to_string(all_clear ? Stage::ok : facts.notification.stage)));
    headers.emplace_back("X-Mailquotad-Mailbox", facts.slug);
    headers.emplace_back("X-Mailquotad-Episode", std::to_string(facts.notification.episode));
    headers.emplace_back("X-Mailquotad-Kind", std::string(to_string(facts.notification.kind)));
    if (facts.test) {
        headers.emplace_back("X-Mailquotad-Test", "yes");
    } else if (facts.notification.stage == Stage::full && !all_clear) {
        headers.emplace_back("X-Priority", "1");
        headers.emplace_back("Importance", "high");
    }
    return headers;
}

// All templates of one mail: NAME_subject.txt and NAME.txt; mail.html gives what the text says its HTML form.
Message compose(const NoticeFacts& facts, const text::Catalog& catalog, const std::string& name) {
    const std::string language = language_of(facts, catalog);
    text::Fields fields = notice_fields(facts, catalog);
    Message message;
    message.from = facts.from;
    message.to = facts.to;
    message.subject = trimmed(catalog.render(language, name + "_subject.txt", fields));
    const std::string text = without_gaps(catalog.render(language, name + ".txt", fields));
    message.text = wrap(text);
    fields["subject"] = text::Value{message.subject};
    message.html = html_of(text, {.lead = facts.test ? 2U : 1U, .box_last = true}, fields, catalog);
    message.message_id = facts.message_id;
    message.in_reply_to = facts.first_message_id;
    message.language = language;
    message.date = facts.now;
    message.extra_headers = headers_of(facts);
    if (!facts.first_message_id.empty()) {
        message.references.push_back(facts.first_message_id);
    }
    if (!facts.last_message_id.empty() && facts.last_message_id != facts.first_message_id) {
        message.references.push_back(facts.last_message_id);
    }
    return message;
}

} // namespace

Message compose_notice(const NoticeFacts& facts, const text::Catalog& catalog) {
    return compose(facts, catalog, "notice");
}

Message compose_call_request(const NoticeFacts& facts, const text::Catalog& catalog) {
    return compose(facts, catalog, "call");
}

} // namespace mailquotad::notify
