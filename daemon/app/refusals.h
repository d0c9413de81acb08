// What follows when a mail about a mailbox is refused or comes back: the webmaster is told, and a mailbox that has no
// room is known to be full.
#pragma once

#include "app/mails.h"
#include "notify/notifier.h"
#include "notify/outbox_runner.h"
#include "store/database.h"

#include <optional>
#include <string>

namespace mailquotad::app {

/// The note (Database::save_note) that says when a refusal for lack of space was seen: {"at": "2026-…Z", "by": "smtp"}.
inline constexpr const char* kRefusedNote = "refused";

/// When a refusal for lack of space was last seen; nothing where there was none, or none that can be read.
std::optional<Time> refused_for_space_at(store::Database& database, const std::string& slug);

/// Keeps that one was seen, by "smtp" or "bounce". Part of the caller's transaction.
void note_refused_for_space(store::Database& database, const std::string& slug, const std::string& by, Time at);

/// notify::settle, and in the same transaction what follows from it: news for the webmaster where the owner's address
/// was refused (once an episode), the note above where the mailbox itself has no room. `mailbox` may be nullptr: no
/// longer in the settings. Throws store::StoreError; then nothing is written, and it can be called again.
void settle_and_follow(store::Database& database, const MailContext& context, const settings::Mailbox* mailbox,
                       const store::OutboxRow& row, const notify::DeliveryResult& result);

} // namespace mailquotad::app
