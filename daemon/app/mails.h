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
    const text::ClientGuides* guides = nullptr; ///< only mails to owners need them
    const std::string& hash_key;
    Time now{};
    std::optional<std::int64_t> freed_bytes = {}; ///< since the fullest moment of the episode; for the all-clear
    std::optional<AdvicePlan> advice = {};        ///< with names of folders; for mails to owners
};

/// The facts of a mail about a mailbox as it was measured; `notification` says which mail.
notify::NoticeFacts notice_facts(const MailContext& context, const settings::Mailbox& mailbox,
                                 const Assessment& assessment, const Snapshot& snapshot,
                                 const Notification& notification);

/// NAME.HASH@DOMAIN of smtp.from: fixed by the name, so that a duplicate after a crash is recognisable.
std::string message_id(const MailContext& context, const std::string& name);

/// The rows of a decision: to the owner's address (else to the mailbox, or to the webmaster where the settings say so),
/// the copy to the mailbox itself, and what the webmaster is told beside: please call, from urgent on where the owner
/// gave no address, and where nothing happened after the owner was told; and that a mailbox became full. Writes the
/// Message-IDs into `decision.next`. Throws text::CatalogError.
std::vector<store::OutboxRow> mails_for(const MailContext& context, const MailboxRecord& record, Decision& decision);

} // namespace mailquotad::app
