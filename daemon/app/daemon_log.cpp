#include "app/daemon_log.h"

#include "app/mailbox_notes.h"
#include "app/picture.h"
#include "observe/log_event.h"

#include <spdlog/fmt/fmt.h>

namespace mailquotad::app {

using observe::LogEvent;
using observe::LogLevel;

namespace {

/// A line about a mailbox: its slug comes first.
void log_about(const settings::Mailbox& mailbox, LogEvent event, LogLevel level, const std::string& text) {
    observe::log_event({.event = event,
                        .level = level,
                        .text = mailbox.slug + ": " + text,
                        .mailbox = mailbox.slug,
                        .server = mailbox.server});
}

} // namespace

void log_warnings(const MailboxRecord& record, const std::vector<std::string>& warnings) {
    for (const std::string& warning : warnings)
        log_about(*record.settings, LogEvent::probe_warning, LogLevel::warning, warning);
}

void log_measurement(MailboxRecord& record, const ProbeCost& cost) {
    const Assessment& assessment = record.assessment;
    const std::string stage = assessment.stage ? std::string(to_string(*assessment.stage)) : "unknown";
    const double percent = assessment.tightest ? assessment.tightest->used_ratio * 100 : 0;
    const std::pair news(assessment.stage, record.decision);
    const LogLevel level = is_sent(record.decision) || record.logged != news ? LogLevel::info : LogLevel::debug;
    record.logged = news;
    log_about(*record.settings, LogEvent::measured, level,
              fmt::format("{} {:.1f} % ({}), {} round trips, {} commands, {:.2f} s", stage, percent,
                          to_string(record.decision), cost.round_trips, cost.commands, cost.seconds));
}

void log_failure(const MailboxRecord& record, bool server_in_trouble, bool tried) {
    const bool known = server_in_trouble || (!tried && record.failures_in_a_row > 1);
    const std::string detail = observe::hide_names(record.failure->detail, private_names(record));
    log_about(*record.settings, LogEvent::probe_failed, known ? LogLevel::debug : LogLevel::warning,
              fmt::format("{}: {}", to_string(record.failure->kind), detail));
}

void follow_failure(ServerWatch& servers, const MailboxRecord& record, const ProbeFinished& finished) {
    if (const auto trouble = servers.failed(server_failure(record, finished)))
        observe::log_event({.event = LogEvent::server_failed,
                            .level = LogLevel::error,
                            .text = fmt::format("server {}: {}: {} (the same for all of its mailboxes; said once)",
                                                trouble->server, to_string(trouble->kind), trouble->detail),
                            .server = trouble->server});
}

void follow_success(ServerWatch& servers, const MailboxRecord& record, Time now) {
    if (const auto ended = servers.succeeded(record.settings->server))
        observe::log_event(
            {.event = LogEvent::server_back,
             .text = fmt::format("server {}: works again after {} s of {}; {} mailboxes were not measured",
                                 ended->server, (now - ended->since).count(), to_string(ended->kind), ended->mailboxes),
             .server = ended->server});
}

void log_mail(const store::OutboxRow& row, const notify::DeliveryResult& result) {
    const auto log = [&row](LogEvent event, LogLevel level, const std::string& text) {
        observe::log_event({.event = event,
                            .level = level,
                            .text = fmt::format("{}: mail {} {}", row.mailbox, row.message_id, text),
                            .mailbox = row.mailbox == store::kNoMailbox ? "" : row.mailbox});
    };
    switch (result.outcome) {
    case notify::DeliveryOutcome::accepted:
        return log(LogEvent::mail_accepted, LogLevel::info,
                   fmt::format("accepted ({} {})", to_string(row.kind), to_string(row.stage)));
    case notify::DeliveryOutcome::deferred:
        return log(LogEvent::mail_deferred, LogLevel::warning, "not accepted yet, tried again later: " + result.detail);
    case notify::DeliveryOutcome::refused:
        return log(LogEvent::mail_refused, LogLevel::error, "refused: " + result.detail);
    }
}

void log_lost_step(const MailboxRecord& record, const std::string& step, const std::exception& error) {
    log_about(*record.settings, LogEvent::step_failed, LogLevel::error,
              fmt::format("{} failed, tried again with the next one: {}", step, error.what()));
}

void log_clock_jump(Seconds jump) {
    observe::log_event(
        {.event = LogEvent::clock_jumped,
         .level = LogLevel::warning,
         .text = fmt::format("the system's clock moved {} by {}: the machine slept or its clock was set; all mailboxes "
                             "are looked at now",
                             jump > Seconds(0) ? "forward" : "back", format_duration(std::chrono::abs(jump)))});
}

} // namespace mailquotad::app
