// What fills a mailbox: UID, RFC822.SIZE, INTERNALDATE and FLAGS of its messages, streamed in constant memory.
#pragma once

#include "core/probe_request.h"
#include "core/survey.h"
#include "imap/probe.h"

#include <cstdint>
#include <functional>
#include <string>

namespace mailquotad::imap {

struct SurveyRequest {
    ProbeRequest login;                                       ///< timeout: for the whole survey
    std::string hash_key;                                     ///< for the keys of folders
    Survey earlier;                                           ///< what the last survey found; empty at first
    std::function<void(std::int64_t, std::int64_t)> progress; ///< messages looked at, messages to look at; may be empty
};

struct SurveyReport {
    ProbeReport probe; ///< a survey is a measurement too: quota and folder sizes of the same moment
    Survey survey;     ///< what is known now, also after a failure; incomplete where time ran out
};

/// Logs in, measures, and looks at every folder but \All and \Flagged that has changed: only at new mail where only new
/// mail came, at the whole folder where mail went or flags changed. Unchanged folders are not even opened: that is
/// equal UIDVALIDITY, UIDNEXT, MESSAGES and, where the server tells it, HIGHESTMODSEQ (without it flags are as of the
/// last look). Never asks for headers or bodies. Suspected duplicates among new mail are found among that mail only;
/// beyond 100,000 messages of a folder see SeenBefore. Blocks up to the timeout; never throws for what a server does.
SurveyReport survey(const SurveyRequest& request, net::Connector& connector, const os::Clock& clock,
                    const os::Cancellation* cancellation);

/// The key of a folder in a survey: a keyed hash of the server's bytes.
std::string survey_key(const std::string& hash_key, const std::string& raw_name);

} // namespace mailquotad::imap
