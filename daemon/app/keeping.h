// What became of a probe goes to the database: one transaction each, so that a crash leaves all of it or nothing.
#pragma once

#include "app/mailbox_record.h"
#include "app/probe_job.h"
#include "core/alert.h"
#include "store/database.h"

#include <functional>
#include <vector>

namespace mailquotad::app {

/// What a failed probe taught: its login, the server's shape, the evidence, what happened. Clears record.happened once
/// it is stored. Throws store::StoreError.
void keep_failure(store::Database& database, MailboxRecord& record, const ProbeFinished& finished, Time now);

/// The measurement, what happened, the decision, its mails and what `besides` stores. Clears record.unsaved and
/// record.happened once they are stored. Throws store::StoreError; then nothing is stored and they stay.
void keep_success(store::Database& database, MailboxRecord& record, const ProbeFinished& finished,
                  const Decision& decision, const std::vector<store::OutboxRow>& mails, Time now,
                  const std::function<void()>& besides);

} // namespace mailquotad::app
