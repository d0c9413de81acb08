// The weekly digest: what fills up, what cannot be looked into, what was said and not heard.
#include "notify/outlook_words.h"
#include "notify/plain_words.h"
#include "notify/sentences.h"
#include "notify/webmaster_mail.h"
#include "text/numbers.h"

#include <algorithm>
#include <functional>
#include <limits>

namespace mailquotad::notify {

namespace {

constexpr std::size_t kLinesShown = 25;
constexpr std::size_t kGrowingShown = 5;
constexpr std::int64_t kGrowthWorthALine = 5 * 1024 * 1024;
constexpr double kSoonDays = 90;

using Picked = std::vector<const DigestMailbox*>;

Picked pick(const DigestFacts& facts, const std::function<bool(const DigestMailbox&)>& wanted) {
    Picked picked;
    for (const DigestMailbox& mailbox : facts.mailboxes) {
        if (wanted(mailbox))
            picked.push_back(&mailbox);
    }
    return picked;
}

double days_to_full(const DigestMailbox& mailbox) {
    if (mailbox.stage == Stage::full)
        return 0;
    const bool known = mailbox.forecast && mailbox.forecast->full_in_days.p50;
    return known ? *mailbox.forecast->full_in_days.p50 : std::numeric_limits<double>::infinity();
}

double ratio_of(const DigestMailbox& mailbox) {
    return mailbox.tightest ? mailbox.tightest->used_ratio : 0;
}

Picked filling(const DigestFacts& facts) {
    Picked picked = pick(facts, [](const DigestMailbox& mailbox) {
        return mailbox.stage.value_or(Stage::ok) >= Stage::notice || days_to_full(mailbox) <= kSoonDays;
    });
    std::stable_sort(picked.begin(), picked.end(), [](const DigestMailbox* a, const DigestMailbox* b) {
        return std::pair(days_to_full(*a), -ratio_of(*a)) < std::pair(days_to_full(*b), -ratio_of(*b));
    });
    return picked;
}

Picked growing(const DigestFacts& facts) {
    Picked picked =
        pick(facts, [](const DigestMailbox& mailbox) { return mailbox.growth_bytes.value_or(0) >= kGrowthWorthALine; });
    std::stable_sort(picked.begin(), picked.end(), [](const DigestMailbox* a, const DigestMailbox* b) {
        return *a->growth_bytes > *b->growth_bytes;
    });
    if (picked.size() > kGrowingShown)
        picked.resize(kGrowingShown);
    return picked;
}

bool cannot_log_in(const DigestMailbox& mailbox) {
    return mailbox.failure && is_login_failure(*mailbox.failure);
}

std::string when_full(const DigestMailbox& mailbox, const DigestFacts& facts, const Sentences& words) {
    const OutlookWords outlook =
        outlook_words(mailbox.stage == Stage::full ? std::nullopt : mailbox.forecast, facts.now.day);
    using Form = OutlookWords::Form;
    switch (outlook.form) {
    case Form::dates:
        return words.say("full_dates", {{"first", text::day_and_month(outlook.first_day, words.language())},
                                        {"last", text::day_and_month(outlook.last_day, words.language())}});
    case Form::weeks:
        return words.say("full_weeks",
                         {{"first", std::to_string(outlook.first_week)}, {"last", std::to_string(outlook.last_week)}});
    case Form::later:
        return words.say("full_later");
    case Form::unsteady:
        return words.say("full_unsteady");
    case Form::none:
        break;
    }
    return "";
}

/// The lists of one digest, in the words of one language.
class Digest {
public:
    Digest(const DigestFacts& facts, const Names& names, const Sentences& words)
        : facts_(facts), names_(names), words_(words) {}

    void add(WebmasterText& text, const std::string& heading, const Picked& picked,
             const std::function<std::string(const DigestMailbox&)>& line) const {
        if (picked.empty())
            return;
        WebmasterText::Section section{.heading = words_.say(heading), .lines = {}};
        for (const DigestMailbox* mailbox : picked) {
            if (section.lines.size() == kLinesShown) {
                section.lines.push_back(
                    words_.count("more_lines", static_cast<std::int64_t>(picked.size() - kLinesShown)));
                break;
            }
            section.lines.push_back(line(*mailbox));
        }
        text.sections.push_back(std::move(section));
    }

    [[nodiscard]] std::string filling_line(const DigestMailbox& mailbox) const {
        std::string line = words_.say("digest_line", {{"name", name(mailbox)}, {"stage", stage(mailbox)}});
        if (mailbox.tightest && mailbox.tightest->unit == Unit::bytes)
            line += words_.say("level_of", {{"percent", text::percent(ratio_of(mailbox), words_.language())},
                                            {"used", text::bytes(mailbox.tightest->used, words_.language())},
                                            {"limit", text::bytes(mailbox.tightest->limit, words_.language())}});
        else if (mailbox.tightest)
            line += words_.say("level", {{"percent", text::percent(ratio_of(mailbox), words_.language())}});
        line += when_full(mailbox, facts_, words_);
        return line + told(mailbox);
    }
    [[nodiscard]] std::string growing_line(const DigestMailbox& mailbox) const {
        return words_.say("growing_line",
                          {{"name", name(mailbox)}, {"growth", text::bytes(*mailbox.growth_bytes, words_.language())}});
    }
    [[nodiscard]] std::string failure_line(const DigestMailbox& mailbox) const {
        return words_.say("failure_line",
                          {{"name", name(mailbox)},
                           {"since", text::date_and_time(mailbox.failing_since, words_.language())},
                           {"failure", words_.say("failure." + std::string(to_string(*mailbox.failure)))}});
    }
    [[nodiscard]] std::string silence_line(const DigestMailbox& mailbox) const {
        return words_.say(mailbox.silence_ends_soon ? "silence_ends_line" : "silence_line",
                          {{"name", name(mailbox)},
                           {"until", text::date_and_time(mailbox.silent_until, words_.language())},
                           {"reason", plain_words(*mailbox.silence, 80)}});
    }
    [[nodiscard]] std::string refused_line(const DigestMailbox& mailbox) const {
        return words_.count("refused_line", mailbox.mails_refused, {{"name", name(mailbox)}});
    }
    [[nodiscard]] std::string ignored_line(const DigestMailbox& mailbox) const {
        return words_.say("digest_line", {{"name", name(mailbox)}, {"stage", stage(mailbox)}}) + told(mailbox) +
               words_.say("please_call");
    }

private:
    [[nodiscard]] std::string name(const DigestMailbox& mailbox) const {
        const auto found = names_.find(mailbox.slug);
        return found == names_.end() ? mailbox.slug : found->second;
    }
    [[nodiscard]] std::string stage(const DigestMailbox& mailbox) const {
        return words_.say("stage." + (mailbox.stage ? std::string(to_string(*mailbox.stage)) : "unknown"));
    }
    [[nodiscard]] std::string told(const DigestMailbox& mailbox) const {
        return mailbox.told ? words_.say("told_on", {{"day", text::date(mailbox.told_at.day, words_.language())}}) : "";
    }

    const DigestFacts& facts_;
    const Names& names_;
    const Sentences& words_;
};

} // namespace

bool has_news(const DigestFacts& facts) {
    return facts.held > 0 || facts.smtp_failing_since || !filling(facts).empty() || !growing(facts).empty() ||
           std::any_of(facts.mailboxes.begin(), facts.mailboxes.end(), [](const DigestMailbox& mailbox) {
               return mailbox.failure || mailbox.silence || mailbox.mails_refused > 0 || mailbox.ignored;
           });
}

WebmasterText digest_text(const DigestFacts& facts, const Names& names, const text::Catalog& catalog,
                          const std::string& language) {
    const Sentences words(catalog, language);
    const Digest digest(facts, names, words);
    WebmasterText text;
    const auto all = static_cast<std::int64_t>(facts.mailboxes.size());
    text.subject = words.say("subject_digest", {{"day", text::date(facts.now.day, words.language())}});
    text.intro.push_back(words.count(has_news(facts) ? "digest_intro" : "digest_all_well", all));
    if (facts.held > 0)
        text.intro.push_back(words.count("digest_held", facts.held));
    if (facts.smtp_failing_since)
        text.intro.push_back(
            words.say("digest_smtp", {{"since", text::date_and_time(*facts.smtp_failing_since, words.language())}}));
    const auto line = [&digest](std::string (Digest::*member)(const DigestMailbox&) const) {
        return [&digest, member](const DigestMailbox& mailbox) { return (digest.*member)(mailbox); };
    };
    digest.add(text, "heading_ignored", pick(facts, [](const auto& m) { return m.ignored; }),
               line(&Digest::ignored_line));
    digest.add(text, "heading_filling", filling(facts), line(&Digest::filling_line));
    digest.add(text, "heading_growing", growing(facts), line(&Digest::growing_line));
    digest.add(text, "heading_logins", pick(facts, cannot_log_in), line(&Digest::failure_line));
    digest.add(text, "heading_unreachable", pick(facts, [](const auto& m) { return m.failure && !cannot_log_in(m); }),
               line(&Digest::failure_line));
    digest.add(text, "heading_refused", pick(facts, [](const auto& m) { return m.mails_refused > 0; }),
               line(&Digest::refused_line));
    digest.add(text, "heading_silences", pick(facts, [](const auto& m) { return m.silence.has_value(); }),
               line(&Digest::silence_line));
    return text;
}

} // namespace mailquotad::notify
