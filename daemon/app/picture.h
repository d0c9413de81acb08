// From the records of the loop to the one immutable Status; the place where addresses and folder names end.
#pragma once

#include "app/mailbox_record.h"
#include "app/visits.h"
#include "core/burst.h"
#include "core/status.h"
#include "observe/evidence.h"
#include "store/database.h"

#include <map>
#include <string>
#include <vector>

namespace mailquotad::app {

/// The public view of one mailbox. Root names that contain the address, its local part or the login are replaced by a
/// keyed hash; failure texts have them hidden.
MailboxStatus picture_of(const MailboxRecord& record, const std::string& hash_key);

/// What the database says beside the measurements.
struct Beside {
    std::int64_t outbox_pending = 0;
    std::vector<store::Silence> silences;
    std::map<std::string, Time> waiting; ///< when the waiting mails to owners are tried next, by slug
};

/// What it says now. Throws store::StoreError.
Beside beside_at(store::Database& database, Time now);

/// What a picture is drawn from.
struct Sitters {
    const settings::Settings& settings;
    const std::map<std::string, MailboxRecord>& records; ///< one for each mailbox of the settings
    const Beside& beside;
    const BurstState& burst;
    const Visits& visits;
    const std::string& hash_key;
};

/// Sets what a status says of its mailboxes, in the order of the settings, and of the rounds made so far: the
/// measurement, and what the webmaster wants to know beside it (silences and who is told, which mails come next, when
/// the next look is due). Of mailboxes that are as `status` has them already nothing new is made, since thousands
/// should not be in memory twice.
void draw_mailboxes(Status& status, const Sitters& sitters, Time now, os::SteadyTime steady);

/// A root name as a label or page may show it.
std::string public_root(const std::string& root, const settings::Mailbox& mailbox, const std::string& hash_key);

/// What must not be read on a page about this mailbox: its address, logins and those folder names that are known.
observe::PrivateNames private_names(const MailboxRecord& record);

/// Sets record.public_evidence from record.evidence.
void hide_evidence(MailboxRecord& record);

} // namespace mailquotad::app
