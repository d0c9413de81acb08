// One look at one mailbox from the command line, on this thread.
#pragma once

#include "app/context.h"
#include "app/probe_job.h"

#include <string>

namespace mailquotad::app {

/// Runs the job now, prints its warnings on stderr and keeps how the login ended where the database may be written.
ProbeFinished look_now(const ProbeJob& job, CommandStore& store);

/// The key for hashes: the database's, else one that is no secret.
std::string hash_key_of(const CommandStore& store);

/// "ADDRESS: KIND: DETAIL", harmless for a terminal.
std::string failure_words(const settings::Mailbox& mailbox, const ProbeFailure& failure);

} // namespace mailquotad::app
