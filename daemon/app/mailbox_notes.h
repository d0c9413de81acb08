// What is kept of each event about a mailbox: in its record, in history, and for `explain`.
#pragma once

#include "app/mailbox_record.h"
#include "app/probe_job.h"
#include "app/server_watch.h"
#include "notify/notifier.h"
#include "store/database.h"

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace mailquotad::app {

/// How many failed probes are kept with their conversation.
inline constexpr std::size_t kEvidenceKept = 3;

struct Notes;

/// The record of a mailbox as an earlier process left it.
MailboxRecord remembered(store::Database& database, std::shared_ptr<const settings::Mailbox> mailbox);
/// The same where its notes were read already.
MailboxRecord remembered(store::Database& database, std::shared_ptr<const settings::Mailbox> mailbox,
                         const Notes& notes);

/// Records for exactly the mailboxes of the settings: known ones go on, new ones are as an earlier process left them.
/// Throws store::StoreError; then all of them are as they were.
void renew(std::map<std::string, MailboxRecord>& records, const std::shared_ptr<const settings::Settings>& settings,
           store::Database& database);

void note_failure(MailboxRecord& record, const ProbeReport& report, Time now);
/// What a failed probe says of its server; nothing where the server was not asked at all.
std::optional<ServerFailure> server_failure(const MailboxRecord& record, const ProbeFinished& finished);
void note_success(MailboxRecord& record, const Snapshot& snapshot);
/// After notify::settle: the alert state as it was stored, and the count of mails.
void note_mail(MailboxRecord& record, const store::OutboxRow& row, const notify::DeliveryResult& result,
               store::Database& database);

/// The measurement as history keeps it: the fullest STORAGE root, or the sum of the folders.
store::Sample sample_of(const Snapshot& snapshot);

/// Keeps stage, reasons and evidence for commands beside the daemon. Part of the caller's transaction.
void save_notes(store::Database& database, const MailboxRecord& record);

/// What save_notes kept.
struct Notes {
    Assessment assessment;
    std::optional<ProbeFailure> failure;
    std::optional<Time> failing_since;
    std::optional<Time> measured_at; ///< of the last good measurement
    std::vector<Resource> quota;     ///< as it was measured then
    std::vector<Evidence> evidence;
};
Notes read_notes(store::Database& database, const std::string& slug);

/// What the webmaster should know about the settings as a whole.
std::vector<Remark> remarks_on(const settings::Settings& settings);

/// One line for the service manager: "42 mailboxes, 2 urgent, last round 19:05".
std::string summary(const Status& status);

} // namespace mailquotad::app
