// What the daemon says in its log: one function per kind of event, so that the story reads without strings.
#pragma once

#include "app/mailbox_record.h"
#include "notify/notifier.h"
#include "store/database.h"

#include <exception>
#include <string>
#include <vector>

namespace mailquotad::app {

void log_warnings(const MailboxRecord& record, const std::vector<std::string>& warnings);
void log_measurement(const MailboxRecord& record, const ProbeCost& cost);
void log_failure(const MailboxRecord& record);
void log_mail(const store::OutboxRow& row, const notify::DeliveryResult& result);

/// A step went wrong for another reason than the database; it comes again with the next event of its kind.
void log_lost_step(const MailboxRecord& record, const std::string& step, const std::exception& error);

} // namespace mailquotad::app
