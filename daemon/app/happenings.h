// What happens to a mailbox and is told later on the pages: into its record first, then into the database.
#pragma once

#include "app/mailbox_record.h"
#include "core/alert.h"
#include "store/database.h"

#include <vector>

namespace mailquotad::app {

/// After a failed probe was counted in `record`: whether the mailbox became unreachable by it.
void note_unreachable(MailboxRecord& record);

/// Before `next` takes the place of the record's last measurement: whether the mailbox is reachable again, and whether
/// something was cleared.
void note_recovery(MailboxRecord& record, const Snapshot& next);

/// Whether an earlier process called the mailbox unreachable and it still is. Throws store::StoreError.
bool was_unreachable(store::Database& database, const MailboxRecord& record);

/// What happened and is not stored yet, with the change of stage that a decision brought; record.alert is the state
/// before it.
std::vector<MailboxEvent> happened_with(const MailboxRecord& record, const Decision& decision);

} // namespace mailquotad::app
