// What fills the mailboxes of depth `sizes`: when to look, and what is kept of it; and the advice for all mailboxes.
#pragma once

#include "app/mailbox_record.h"
#include "app/prober.h"
#include "settings/settings.h"
#include "store/database.h"

#include <map>
#include <optional>
#include <string>

namespace mailquotad::app {

/// Whether it is time to look what fills a mailbox: never looked, stopped half way, a week ago, a day ago where it
/// nears a threshold (notice or above), or something was cleaned up since. Never while its probes fail, and an hour
/// after a survey that failed.
bool survey_is_due(const MailboxRecord& record, const settings::Settings& settings, Time now);

/// The survey that has waited longest, if one is due and may run beside the polls now; notes in its record that it was
/// started. A server that takes one connection at a time is surveyed in slices of a poll's timeout.
std::optional<ProbeJob> due_survey(const settings::Settings& settings, std::map<std::string, MailboxRecord>& records,
                                   const Prober& prober, store::Database& database, Time now);

/// What a survey found or where it broke off, and its login, goes to the record and to the database; the advice is
/// computed anew. What the database cannot take is logged and stays in the record.
void take_survey(store::Database& database, MailboxRecord& record, ProbeFinished& finished,
                 const settings::Settings& settings, Time now) noexcept;

/// The stored survey of a mailbox. One that the settings do not allow any more is forgotten. Throws store::StoreError.
std::optional<Survey> allowed_survey(store::Database& database, const settings::Mailbox& mailbox);

/// What an earlier process knew: survey and verdicts on what counts. A survey that the settings do not allow any more
/// is forgotten. Throws store::StoreError.
void remember_survey(store::Database& database, MailboxRecord& record);

/// Learns from the last measurement what counts, and computes the advice anew: the record keeps it without names of
/// folders, with them it is returned. Throws store::StoreError.
AdvicePlan note_advice(store::Database& database, MailboxRecord& record, const settings::Settings& settings, Time now);

/// The advice for a mailbox as it was measured; `forecast` and `survey` may be missing.
AdvicePlan advice_for(const settings::Settings& settings, const settings::Mailbox& mailbox, const AdviceFacts& facts,
                      Time now);

/// The same for a command beside the daemon, with what is stored; `database` may be nullptr. Throws store::StoreError.
AdvicePlan stored_advice(store::Database* database, const settings::Settings& settings,
                         const settings::Mailbox& mailbox, const Snapshot& snapshot, const Assessment& assessment,
                         Time now);

/// For the all-clear: what was freed since the fullest moment of the episode that it ends, by the samples of the
/// database. Nothing for another decision, or where nothing was freed. Throws store::StoreError.
std::optional<std::int64_t> freed_in(store::Database& database, const MailboxRecord& record, const Decision& decision);

/// What is kept of what counts: as a note of the mailbox.
CountsByRole known_counts(store::Database& database, const std::string& slug);
void keep_counts(store::Database& database, const std::string& slug, const CountsByRole& counts);

} // namespace mailquotad::app
