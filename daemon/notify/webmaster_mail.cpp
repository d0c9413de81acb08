#include "notify/webmaster_mail.h"

#include "notify/plain_words.h"
#include "notify/text_blocks.h"

#include <algorithm>

namespace mailquotad::notify {

namespace {

using text::Fields;
using text::Value;

std::vector<Fields> listed(const std::vector<std::string>& lines) {
    std::vector<Fields> list;
    for (const std::string& line : lines)
        list.push_back({{"line", Value{line}}});
    return list;
}

/// Characters, not bytes: what the line below a heading is as long as.
std::size_t length(const std::string& text) {
    return static_cast<std::size_t>(std::count_if(
        text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

Fields fields_of(const WebmasterText& text, const std::string& language, const text::Catalog& catalog) {
    std::vector<Fields> sections;
    for (const WebmasterText::Section& section : text.sections)
        sections.push_back({{"heading", Value{section.heading}},
                            {"underline", Value{std::string(length(section.heading), '-')}},
                            {"lines", Value{listed(section.lines)}}});
    return {{"language", Value{catalog.word(language, "language")}},
            {"subject", Value{text.subject}},
            {"intro", Value{listed(text.intro)}},
            {"sections", Value{std::move(sections)}},
            {"closing", Value{listed(text.closing)}},
            {"has_level", Value{false}},
            {"stage", Value{std::string()}},
            {"bar_width", Value{std::string()}}};
}

std::string known_language(const std::string& language, const text::Catalog& catalog) {
    return catalog.has(language) ? language : "en";
}

} // namespace

Message compose_webmaster(const WebmasterEnvelope& envelope, const WebmasterText& text, const text::Catalog& catalog) {
    const std::string language = known_language(envelope.language, catalog);
    const Fields fields = fields_of(text, language, catalog);
    Message message;
    message.from = envelope.from;
    message.to = envelope.to;
    message.subject = text.subject;
    const std::string words = catalog.render(language, "webmaster.txt", fields);
    message.text = wrap(words);
    message.html = html_of(words, {}, fields, catalog);
    message.message_id = envelope.message_id;
    message.language = language;
    message.date = envelope.now;
    message.extra_headers = {
        {"Auto-Submitted", "auto-generated"}, {"X-Auto-Response-Suppress", "All"}, {"X-Mailquotad-Kind", "webmaster"}};
    return message;
}

std::string plain_text(const WebmasterText& text, const std::string& language, const text::Catalog& catalog) {
    const std::string known = known_language(language, catalog);
    return text.subject + "\n\n" + wrap(catalog.render(known, "webmaster.txt", fields_of(text, known, catalog)));
}

} // namespace mailquotad::notify
