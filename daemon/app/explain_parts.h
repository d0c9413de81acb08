// The parts of `mailquotad explain`: each rule's verdict, the mails that were sent, what comes next.
#pragma once

#include "app/mailbox_notes.h"
#include "app/webmaster_memory.h"
#include "core/alert.h"
#include "core/verdicts.h"
#include "settings/settings.h"
#include "store/database.h"

#include <optional>
#include <string>
#include <vector>

namespace mailquotad::app {

/// Something that follows from time alone, if nothing else is measured.
struct NextStep {
    std::string what; ///< "reminder", "confirmation", …; a closed set, for JSON
    std::string text; ///< a sentence
    std::optional<Time> at;
};

/// All that the next steps depend on.
struct NextFacts {
    const settings::Settings& settings;
    const settings::Mailbox& mailbox;
    const AlertState& alert;
    const Notes& notes;
    const WebmasterMemory& memory;
    std::optional<store::Silence> silence;
    std::vector<store::MailFact> mails;
    Time now{};
};

/// "2026-11-21 19:05" on the wall clock.
std::string local_minute(Time time);

/// A table of the rules with their numbers; empty where nothing was measured.
std::string rules_text(const std::vector<RuleVerdict>& rules);

/// A table of the mails; says so where there is none.
std::string mails_table(const std::vector<store::MailFact>& mails);

/// To whom a row of the outbox goes, and what became of it, in words.
std::string recipient_words(const store::MailFact& mail);
std::string status_words(const store::MailFact& mail);

/// What happens next and when, the soonest first; what has no time last.
std::vector<NextStep> next_steps(const NextFacts& facts);

} // namespace mailquotad::app
