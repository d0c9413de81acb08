// When a mail of the outbox is tried again, and what the answer of the SMTP server changes in the database.
#pragma once

#include "notify/notifier.h"
#include "store/database.h"

namespace mailquotad::notify {

/// A mail that is deferred this long after it was queued is given up; never earlier (RFC 5321 section 4.5.4.1).
inline constexpr Days kGiveUpAfter{5};

/// When to try again after `attempts` attempts have failed, the last of them at `now`: after 1 min, 5 min, 15 min,
/// 1 h, then every 4 h.
Time next_attempt(int attempts, Time now);

/// What became of a mail of the outbox.
enum class OutboxChange { sent, deferred, failed };

/// What settle() does with a result: deferred becomes failed once the mail is older than kGiveUpAfter.
OutboxChange change_for(const store::OutboxRow& row, const DeliveryResult& result, Time now);

/// The alert state after the change of a row. Only mails to the owner change it: a copy and a mail to the webmaster
/// tell the owner nothing, and a late mail of an earlier episode counts as a mail but tells nothing of this one.
AlertState state_after(const AlertState& state, const store::OutboxRow& row, OutboxChange change, Time now);

/// Writes the result of one attempt: row and alert state of the mailbox in one transaction, so that "told" is recorded
/// if and only if the mail to the owner was accepted. Throws store::StoreError; then nothing is written.
OutboxChange settle(store::Database& database, const store::OutboxRow& row, const DeliveryResult& result, Time now);

} // namespace mailquotad::notify
