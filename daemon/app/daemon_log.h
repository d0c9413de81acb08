// What the daemon says in its log: one function per kind of event, so that the story reads without strings.
#pragma once

#include "app/mailbox_record.h"
#include "app/probe_job.h"
#include "app/server_watch.h"
#include "notify/notifier.h"
#include "store/database.h"

#include <exception>
#include <string>
#include <vector>

namespace mailquotad::app {

void log_warnings(const MailboxRecord& record, const std::vector<std::string>& warnings);
/// At info when stage or decision are news, at debug when all is as before.
void log_measurement(MailboxRecord& record, const ProbeCost& cost);
/// One line for each failure; only at debug while its server is in trouble, which has one line of its own, and when a
/// login that is in back-off was not tried again.
void log_failure(const MailboxRecord& record, bool server_in_trouble, bool tried);
/// What the failure says of its server; a trouble that begins is one line, and so is its end.
void follow_failure(ServerWatch& servers, const MailboxRecord& record, const ProbeFinished& finished);
void follow_success(ServerWatch& servers, const MailboxRecord& record, Time now);
void log_mail(const store::OutboxRow& row, const notify::DeliveryResult& result);

/// A step went wrong for another reason than the database; it comes again with the next event of its kind.
void log_lost_step(const MailboxRecord& record, const std::string& step, const std::exception& error);
void log_clock_jump(Seconds jump);

} // namespace mailquotad::app
