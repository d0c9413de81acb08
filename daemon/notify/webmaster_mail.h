// The mails to smtp.admin about more than one mailbox: troubles, the question of the burst guard, the digest.
#pragma once

#include "core/assessment.h"
#include "core/burst.h"
#include "core/trouble.h"
#include "notify/message.h"
#include "text/catalog.h"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace mailquotad::notify {

/// Paragraphs and lists, the same for text and HTML.
struct WebmasterText {
    struct Section {
        std::string heading;
        std::vector<std::string> lines;
    };
    std::string subject;
    std::vector<std::string> intro;
    std::vector<Section> sections;
    std::vector<std::string> closing;
};

/// How mailboxes are called: their addresses in a mail, their slugs where others read along.
using Names = std::map<std::string, std::string>;

/// A mailbox of a burst.
struct BurstLine {
    std::string slug;
    Stage from = Stage::ok;
    Stage to = Stage::ok;
    std::optional<Tightest> tightest;
    std::optional<LimitJump> limit;
};

struct BurstFacts {
    std::vector<BurstLine> mailboxes;
    LocalTime until; ///< then the mails go out by themselves
};

/// One mailbox as the digest sees it; only what is known is there.
struct DigestMailbox {
    std::string slug;
    std::optional<Stage> stage;
    std::optional<Tightest> tightest;
    std::optional<Forecast> forecast;
    std::optional<std::int64_t> growth_bytes; ///< in the last seven days, clean-ups not counted
    std::optional<Told> told;
    LocalTime told_at;
    bool ignored = false; ///< told a while ago, and nothing changed
    std::optional<FailureKind> failure;
    LocalTime failing_since;
    std::optional<std::string> silence; ///< its reason
    LocalTime silent_until;
    bool silence_ends_soon = false;
    int mails_refused = 0; ///< for good, in the last seven days
};

struct DigestFacts {
    LocalTime now;
    std::vector<DigestMailbox> mailboxes;
    int held = 0; ///< mailboxes whose mails the burst guard holds
    std::optional<LocalTime> smtp_failing_since;
};

/// Whether the digest has anything to say.
bool has_news(const DigestFacts& facts);

/// What began and what is over. Throws text::CatalogError, as the others do.
WebmasterText trouble_text(const TroubleNews& news, const Names& names, const text::Catalog& catalog,
                           const std::string& language, LocalTime (*local)(Time));
WebmasterText burst_text(const BurstFacts& facts, const Names& names, const text::Catalog& catalog,
                         const std::string& language);
/// Says that all is well where has_news() is false.
WebmasterText digest_text(const DigestFacts& facts, const Names& names, const text::Catalog& catalog,
                          const std::string& language);

/// What all these mails share.
struct WebmasterEnvelope {
    std::string from;
    std::vector<std::string> to;
    std::string language;
    std::string message_id;
    Time now{};
};

/// The mail, from the templates "webmaster.txt" and "webmaster.html".
Message compose_webmaster(const WebmasterEnvelope& envelope, const WebmasterText& text, const text::Catalog& catalog);

/// The same as plain text alone, for a terminal.
std::string plain_text(const WebmasterText& text, const std::string& language, const text::Catalog& catalog);

} // namespace mailquotad::notify
