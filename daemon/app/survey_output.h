// The three ways in which `mailquotad survey` prints.
#pragma once

#include "app/check_result.h"
#include "app/terminal_look.h"
#include "core/advice.h"
#include "core/survey.h"

#include <optional>
#include <string>

namespace mailquotad::app {

/// One mailbox with what fills it and what to do.
struct SurveyResult {
    CheckResult check;
    std::optional<Survey> survey; ///< nothing: only folder sizes were looked at
    AdvicePlan advice;
    CountsByRole counts;
};

/// CONTRACT.md, "JSON of check" with `survey`, `advice` and `plan` in the mailbox's object.
std::string survey_json(const SurveyResult& result, Time checked_at);

/// For people: folders, years, largest messages and advice, foreign text made harmless.
std::string survey_table(const SurveyResult& result, const TerminalLook& look);

/// A row for each folder, year, large message and advice below a row of names (RFC 4180); columns are only ever added.
std::string survey_csv(const SurveyResult& result);

/// "empty the Trash", "archive everything before March 2024": a short sentence in English for the shell.
std::string words_of(const Advice& advice);

} // namespace mailquotad::app
