// The parts of `mailquotad explain`: each rule's verdict, the mails that were sent.
#pragma once

#include "app/terminal_look.h"
#include "core/verdicts.h"
#include "store/database.h"

#include <string>
#include <vector>

namespace mailquotad::app {

/// "2026-11-21 19:05" on the wall clock.
std::string local_minute(Time time);

/// A table of the rules with their numbers; empty where nothing was measured.
std::string rules_text(const std::vector<RuleVerdict>& rules, const TerminalLook& look);

/// A table of the mails; says so where there is none.
std::string mails_table(const std::vector<store::MailFact>& mails, const TerminalLook& look);

/// To whom a row of the outbox goes, and what became of it, in words.
std::string recipient_words(const store::MailFact& mail);
std::string status_words(const store::MailFact& mail);

} // namespace mailquotad::app
