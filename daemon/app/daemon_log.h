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
/// The database could not take a result; it is kept in memory and tried again.
void log_lost_step(const MailboxRecord& record, const std::string& step, const std::exception& error);
void log_lost_mail(const store::OutboxRow& row, const std::exception& error);
void log_clock_jump(Seconds jump);

} // namespace mailquotad::app
