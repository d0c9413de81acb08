// What the webmaster reads about troubles and bursts; the digest has a file of its own.
#include "notify/plain_words.h"
#include "notify/sentences.h"
#include "notify/webmaster_mail.h"
#include "text/numbers.h"

namespace mailquotad::notify {

namespace {

constexpr std::size_t kNamesShown = 12;
constexpr std::size_t kLongDetail = 200;

std::string name_of(const std::string& slug, const Names& names) {
    const auto found = names.find(slug);
    return found == names.end() ? slug : found->second;
}

std::string list_of(const std::set<std::string>& slugs, const Names& names, const Sentences& words) {
    std::string text;
    std::size_t shown = 0;
    for (const std::string& slug : slugs) {
        if (shown == kNamesShown)
            return words.say("and_more", {{"list", text}, {"n", std::to_string(slugs.size() - shown)}});
        text += (text.empty() ? "" : ", ") + name_of(slug, names);
        ++shown;
    }
    return text;
}

std::string trouble_key(const Trouble& trouble) {
    switch (trouble.kind) {
    case TroubleKind::login:
        return trouble.mailboxes.size() > 1 ? "shared_login" : std::string(to_string(trouble.failure));
    case TroubleKind::server_gone:
        return "server_gone";
    case TroubleKind::smtp:
        break;
    }
    return "smtp";
}

std::string trouble_line(const Trouble& trouble, const Names& names, const Sentences& words, LocalTime (*local)(Time)) {
    const std::string suffix = trouble.until ? "_over" : "";
    const std::string key = trouble.until && trouble.kind == TroubleKind::login ? "login" : trouble_key(trouble);
    Blanks blanks{{"names", list_of(trouble.mailboxes, names, words)},
                  {"server", trouble.server},
                  {"n", std::to_string(trouble.mailboxes.size())},
                  {"since", text::date_and_time(local(trouble.since), words.language())},
                  {"detail", plain_words(trouble.detail, kLongDetail)}};
    if (trouble.until)
        blanks.emplace_back("until", text::date_and_time(local(*trouble.until), words.language()));
    std::string line = words.say(key + suffix, blanks);
    if (!trouble.until && !trouble.detail.empty())
        line += ' ' + words.say("detail", blanks);
    return line;
}

std::string trouble_subject(const TroubleNews& news, const Names& names, const Sentences& words) {
    if (news.begun.empty())
        return words.count("subject_over", static_cast<std::int64_t>(news.over.size()));
    if (news.begun.size() > 1)
        return words.count("subject_troubles", static_cast<std::int64_t>(news.begun.size()));
    const Trouble& trouble = news.begun.front();
    if (trouble.kind == TroubleKind::server_gone)
        return words.say("subject_server_gone", {{"server", trouble.server}});
    if (trouble.mailboxes.size() > 1)
        return words.count("subject_logins", static_cast<std::int64_t>(trouble.mailboxes.size()));
    return words.say(
        "subject_login",
        {{"name", trouble.mailboxes.empty() ? trouble.server : name_of(*trouble.mailboxes.begin(), names)}});
}

std::string burst_line(const BurstLine& line, const Names& names, const Sentences& words) {
    const std::string& language = words.language();
    std::string text = words.say("burst_line", {{"name", name_of(line.slug, names)},
                                                {"from", words.say("stage." + std::string(to_string(line.from)))},
                                                {"to", words.say("stage." + std::string(to_string(line.to)))}});
    if (line.tightest)
        text += words.say("level", {{"percent", text::percent(line.tightest->used_ratio, language)}});
    if (line.limit)
        text += words.say("limit_changed", {{"before", text::bytes(line.limit->before_bytes, language)},
                                            {"after", text::bytes(line.limit->after_bytes, language)}});
    return text;
}

} // namespace

WebmasterText trouble_text(const TroubleNews& news, const Names& names, const text::Catalog& catalog,
                           const std::string& language, LocalTime (*local)(Time)) {
    const Sentences words(catalog, language);
    WebmasterText text;
    text.subject = trouble_subject(news, names, words);
    WebmasterText::Section begun{.heading = words.say("heading_begun"), .lines = {}};
    for (const Trouble& trouble : news.begun)
        begun.lines.push_back(trouble_line(trouble, names, words, local));
    WebmasterText::Section over{.heading = words.say("heading_over"), .lines = {}};
    for (const Trouble& trouble : news.over)
        over.lines.push_back(trouble_line(trouble, names, words, local));
    for (WebmasterText::Section* section : {&begun, &over}) {
        if (!section->lines.empty())
            text.sections.push_back(std::move(*section));
    }
    text.closing.push_back(words.say(news.begun.empty() ? "closing_over" : "closing_troubles"));
    return text;
}

WebmasterText burst_text(const BurstFacts& facts, const Names& names, const text::Catalog& catalog,
                         const std::string& language) {
    const Sentences words(catalog, language);
    const auto number = static_cast<std::int64_t>(facts.mailboxes.size());
    WebmasterText text;
    text.subject = words.count("subject_burst", number);
    text.intro = {words.count("burst_intro", number), words.say("burst_why")};
    WebmasterText::Section boxes{.heading = words.say("heading_burst"), .lines = {}};
    for (const BurstLine& line : facts.mailboxes)
        boxes.lines.push_back(burst_line(line, names, words));
    text.sections.push_back(std::move(boxes));
    text.sections.push_back(
        {.heading = words.say("heading_answer"),
         .lines = {words.say("answer_release"), words.say("answer_drop"),
                   words.say("answer_none", {{"until", text::date_and_time(facts.until, words.language())}})}});
    return text;
}

} // namespace mailquotad::notify
