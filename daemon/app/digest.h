// The facts of the weekly digest, from the settings and the database alone: with or without a running daemon.
#pragma once

#include "app/webmaster_memory.h"
#include "notify/webmaster_mail.h"
#include "settings/settings.h"
#include "store/database.h"

namespace mailquotad::app {

/// What is known of every mailbox. Throws store::StoreError.
notify::DigestFacts digest_facts(const settings::Settings& settings, store::Database& database,
                                 const WebmasterMemory& memory, Time now);

/// Whether the digest was due and not dealt with yet: at its weekday and minute on the wall clock.
bool digest_is_due(const settings::Weekly& digest, const DigestMemory& memory, Time now);

/// Whether a digest without news is due as a sign of life.
bool sign_of_life_is_due(const DigestMemory& memory, Time now);

/// The addresses of all mailboxes by slug.
notify::Names addresses_of(const settings::Settings& settings);

} // namespace mailquotad::app
