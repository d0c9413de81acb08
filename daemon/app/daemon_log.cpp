#include "app/daemon_log.h"

#include "app/mailbox_notes.h"
#include "app/picture.h"

#include <spdlog/spdlog.h>

namespace mailquotad::app {

void log_warnings(const MailboxRecord& record, const std::vector<std::string>& warnings) {
    for (const std::string& warning : warnings)
        spdlog::warn("{}: {}", record.settings.slug, warning);
}

void log_measurement(const MailboxRecord& record, const ProbeCost& cost) {
    const Assessment& assessment = record.assessment;
    const std::string stage = assessment.stage ? std::string(to_string(*assessment.stage)) : "unknown";
    const double percent = assessment.tightest ? assessment.tightest->used_ratio * 100 : 0;
    spdlog::info("{}: {} {:.1f} % ({}), {} round trips, {} commands, {:.2f} s", record.settings.slug, stage, percent,
                 to_string(record.decision), cost.round_trips, cost.commands, cost.seconds);
}

void log_failure(const MailboxRecord& record, bool server_in_trouble, bool tried) {
    const bool known = server_in_trouble || (!tried && record.failures_in_a_row > 1);
    const std::string detail = observe::hide_names(record.failure->detail, private_names(record));
    spdlog::log(known ? spdlog::level::debug : spdlog::level::warn, "{}: {}: {}", record.settings.slug,
                to_string(record.failure->kind), detail);
}

void follow_failure(ServerWatch& servers, const MailboxRecord& record, const ProbeFinished& finished) {
    if (const auto trouble = servers.failed(server_failure(record, finished)))
        spdlog::error("server {}: {}: {} (the same for all of its mailboxes; said once)", trouble->server,
                      to_string(trouble->kind), trouble->detail);
}

void follow_success(ServerWatch& servers, const MailboxRecord& record, Time now) {
    if (const auto ended = servers.succeeded(record.settings.server))
        spdlog::info("server {}: works again after {} s of {}; {} mailboxes were not measured", ended->server,
                     (now - ended->since).count(), to_string(ended->kind), ended->mailboxes);
}

void log_mail(const store::OutboxRow& row, const notify::DeliveryResult& result) {
    switch (result.outcome) {
    case notify::DeliveryOutcome::accepted:
        spdlog::info("{}: mail {} accepted ({} {})", row.mailbox, row.message_id, to_string(row.kind),
                     to_string(row.stage));
        break;
    case notify::DeliveryOutcome::deferred:
        spdlog::warn("{}: mail {} not accepted yet, tried again later: {}", row.mailbox, row.message_id, result.detail);
        break;
    case notify::DeliveryOutcome::refused:
        spdlog::error("{}: mail {} refused: {}", row.mailbox, row.message_id, result.detail);
        break;
    }
}

void log_lost_step(const MailboxRecord& record, const std::string& step, const std::exception& error) {
    spdlog::error("{}: {} failed, tried again with the next one: {}", record.settings.slug, step, error.what());
}

void log_clock_jump(Seconds jump) {
    spdlog::warn("the system's clock moved {} by {}: the machine slept or its clock was set; all mailboxes are looked "
                 "at now",
                 jump > Seconds(0) ? "forward" : "back", format_duration(std::chrono::abs(jump)));
}

} // namespace mailquotad::app
