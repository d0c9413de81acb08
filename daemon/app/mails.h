// From a decision to the rows of the outbox: which mails, to whom, with which Message-ID.
#pragma once

#include "app/mailbox_record.h"
#include "notify/compose.h"
#include "store/database.h"
#include "text/catalog.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace mailquotad::app {

/// What all mails share.
struct MailContext {
    const settings::Settings& settings;
    const text::Catalog& catalog;
    const std::string& hash_key;
    Time now{};
    std::optional<std::int64_t> freed_bytes = {}; ///< since the fullest moment of the episode; for the all-clear
};

/// The facts of a mail about a mailbox as it was measured; `notification` says which mail.
notify::NoticeFacts notice_facts(const MailContext& context, const settings::Mailbox& mailbox,
                                 const Assessment& assessment, const Snapshot& snapshot,
                                 const Notification& notification);

/// The rows of a decision with a mail: to the owner's address (else to the mailbox), the copy to the mailbox itself,
/// and from urgent on the request to call where the owner gave no address. Writes the Message-IDs into
/// `decision.next`. Throws text::CatalogError.
std::vector<store::OutboxRow> mails_for(const MailContext& context, const MailboxRecord& record, Decision& decision);

} // namespace mailquotad::app
