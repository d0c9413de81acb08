// What is known of mailboxes that another daemon looks at, and how they change hands.
#pragma once

#include "app/mailbox_record.h"
#include "app/prober.h"
#include "app/server_watch.h"
#include "app/share.h"
#include "app/visits.h"
#include "app/webmaster.h"
#include "store/database.h"

namespace mailquotad::app {

/// What the loop has of mailboxes.
struct Hands {
    const settings::Settings& settings;
    MailboxRecords& records;
    Visits& visits;
    Prober& prober;
    ServerWatch& servers;
    Webmaster& webmaster;
    store::Database& database;
    const os::Clock& clock;
};

/// Mailboxes that are ours from now on are as their last holder left them, and due when they would have been; those
/// that no longer are stay in the picture as the database knows them. What was measured and could not be stored is
/// kept. Throws store::StoreError; then some of them are as they were, and the next probe finds the rest.
void change_hands(const ShareChange& change, const Share& share, const Hands& hands);

/// How many mailboxes this daemon looks at on each server; notes in each record whether it is one of them.
std::map<std::string, int> ours_per_server(MailboxRecords& records, const Share& share);

/// The state of the alerts as the database has it, for a decision that others may have been about to make.
void refresh(MailboxRecord& record, store::Database& database);

} // namespace mailquotad::app
