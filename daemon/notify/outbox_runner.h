// When a mail of the outbox is tried again, and what the answer of the SMTP server changes in the database.
#pragma once

#include "notify/notifier.h"
#include "store/database.h"

#include <functional>
#include <optional>
#include <string_view>

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
/// if and only if the mail to the owner was accepted. `also` writes what follows from it, in the same transaction.
/// Throws store::StoreError; then nothing is written.
OutboxChange settle(store::Database& database, const store::OutboxRow& row, const DeliveryResult& result, Time now,
                    const std::function<void(OutboxChange)>& also = {});

/// The alert state after an accepted mail to the owner came back: as after a refusal, and nothing was told in this
/// episode.
AlertState state_after_bounce(const AlertState& state, const store::SentMail& mail, Time now);

/// The row that takes a mail to the owner's other addresses after it was refused as a whole: without the first one,
/// under another Message-ID. Nothing where there is no other.
std::optional<store::OutboxRow> row_for_others(const store::OutboxRow& row, Time now);

/// Whether an answer says that a mailbox has no room: enhanced status x.2.2 (RFC 3463), or 552 (RFC 5321).
bool is_lack_of_space(std::string_view answer);

} // namespace mailquotad::notify
