// The whole way of the data, one call a step: due → probe → history → assess → decide → outbox → status.
#include "app/daemon.h"

#include "app/daemon_log.h"
#include "app/keeping.h"
#include "app/mailbox_notes.h"
#include "app/picture.h"
#include "app/rules.h"
#include "app/surveys.h"
#include "core/alert_clock.h"
#include "notify/outbox_runner.h"

#include <algorithm>
#include <csignal>
#include <utility>

namespace mailquotad::app {
namespace {

constexpr std::chrono::seconds kLongestWait{30};
constexpr std::chrono::seconds kShutdownPatience{8};
/// A visitor made of lambdas.
template <typename... Handlers>
struct Overloaded : Handlers... {
    using Handlers::operator()...;
};

} // namespace

Daemon::Daemon(DaemonParts parts, settings::Settings settings)
    : parts_(std::move(parts)), webmaster_(parts_.database, parts_.catalog), schedule_(parts_.poll_jitter),
      forecaster_(parts_.database), upkeep_(parts_.clock),
      prober_({.connector = parts_.connector,
               .clock = parts_.clock,
               .secrets = parts_.secrets,
               .cancellation = &parts_.cancellation},
              {.workers = settings.poll.workers, .per_server = settings.poll.per_server},
              [&events = parts_.events](ProbeFinished finished) { events.post(std::move(finished)); }),
      mailer_(&parts_.cancellation,
              [&events = parts_.events](MailFinished finished) { events.post(std::move(finished)); }) {
    status_.started_at = parts_.clock.now();
    status_.version = parts_.version;
    status_.config_last_reload_success = status_.started_at;
    parts_.database.retry_all_mail(status_.started_at);
    apply(std::move(settings));
}

bool Daemon::run() {
    const auto watched = parts_.service.watchdog_interval();
    const os::SteadyTime::duration longest = watched ? std::min<os::SteadyTime::duration>(kLongestWait, *watched / 2)
                                                     : os::SteadyTime::duration(kLongestWait);
    parts_.service.ready();
    while (!stopping_) {
        turn();
        parts_.service.watchdog();
        const os::SteadyTime latest = parts_.clock.steady() + longest;
        if (auto event = parts_.events.wait_until(std::min(next_due().value_or(latest), latest)))
            handle(std::move(*event));
    }
    parts_.service.stopping();
    parts_.cancellation.cancel();
    const auto patience = parts_.clock.steady() + kShutdownPatience;
    const bool mailer_ended = mailer_.shut_down(patience);
    return prober_.shut_down(patience) && mailer_ended;
}

void Daemon::turn() {
    upkeep_.turn(schedule_, parts_.database);
    start_due_probes();
    for (const std::string& slug : webmaster_.turn(settings_, records_, parts_.clock.now()))
        schedule_.hasten(slug, parts_.clock.steady());
    start_due_mail();
    publish();
}

void Daemon::handle(Event event) {
    std::visit(Overloaded{[this](ProbeFinished& finished) { probe_finished(std::move(finished)); },
                          [this](MailFinished& finished) { mail_finished(std::move(finished)); },
                          [this](const SignalArrived& signal) {
                              if (signal.number == SIGHUP)
                                  reload();
                              else if (signal.number == SIGTERM || signal.number == SIGINT)
                                  stopping_ = true;
                          }},
               event);
}

std::optional<os::SteadyTime> Daemon::next_due() const {
    const os::SteadyTime now = parts_.clock.steady();
    std::optional<os::SteadyTime> next = drawing_.sooner(schedule_.next_after(now));
    if (!notifier_ || mailer_.is_busy())
        return next;
    if (const auto mail = parts_.database.next_mail_due()) {
        const os::SteadyTime due = now + std::max(Seconds(1), *mail - parts_.clock.now());
        next = next ? std::min(*next, due) : due;
    }
    return next;
}

void Daemon::start_due_probes() {
    for (const std::string& slug : schedule_.due(parts_.clock.steady())) {
        const MailboxRecord& record = records_.at(slug);
        if (!prober_.has_room(record.settings.server))
            continue;
        schedule_.started(slug);
        prober_.start(probe_job(settings_, record.settings, &parts_.database, parts_.database.hash_key()));
    }
    if (auto survey = due_survey(settings_, records_, prober_, parts_.database, parts_.clock.now()))
        prober_.start(std::move(*survey));
}

void Daemon::start_due_mail() {
    settle_mail();
    if (!notifier_ || mailer_.is_busy() || unsettled_)
        return;
    for (store::OutboxRow& row : parts_.database.due_mail(parts_.clock.now(), 1))
        mailer_.start(std::move(row), notifier_, notify::address_of(settings_.smtp->from));
}

void Daemon::probe_finished(ProbeFinished finished) {
    prober_.ended(finished);
    const auto found = records_.find(finished.slug);
    if (found == records_.end())
        return; // taken out of the settings while it was being probed
    MailboxRecord& record = found->second;
    if (finished.was_survey)
        return take_survey(parts_.database, record, finished, settings_, parts_.clock.now());
    record.last_attempt = parts_.clock.now();
    record.last_cost = finished.report.cost;
    log_warnings(record, finished.warnings);
    try {
        if (finished.report.snapshot() != nullptr)
            probe_succeeded(record, finished);
        else
            probe_failed(record, finished);
    } catch (const std::exception& error) {
        log_lost_step(record, "keeping the result of a probe", error);
    }
    const auto kind = record.failure ? std::optional(record.failure->kind) : std::nullopt;
    const Seconds delay = delay_after(settings_.poll.interval, kind, record.failures_in_a_row);
    schedule_.finished(finished.slug, parts_.clock.steady(), delay, finished.report.not_before);
    if (record.look_again_at && !record.failure)
        schedule_.hasten(finished.slug,
                         parts_.clock.steady() + std::max(Seconds(1), *record.look_again_at - parts_.clock.now()));
}

void Daemon::probe_failed(MailboxRecord& record, const ProbeFinished& finished) {
    const Time now = parts_.clock.now();
    note_failure(record, finished.report, now);
    log_failure(record);
    keep_failure(parts_.database, record, finished, now);
}

void Daemon::probe_succeeded(MailboxRecord& record, const ProbeFinished& finished) {
    const Time now = parts_.clock.now();
    note_success(record, *finished.report.snapshot());
    AlertState alert = not_after(record.alert, now);
    const Judgement judgement = judge(*record.snapshot, record.settings.policy, forecaster_.outlook_for(record, now));
    record.assessment = assess(judgement, alert.stage, now, settings_.alerts.confirm_after);
    note_advice(parts_.database, record, settings_, now);
    Decision decision = webmaster_.decide(settings_, record, alert, now, is_on_its_way(finished.slug));
    const MailContext context{.settings = settings_,
                              .catalog = parts_.catalog,
                              .hash_key = parts_.database.hash_key(),
                              .now = now,
                              .freed_bytes = freed_in(parts_.database, record, decision)};
    const std::vector<store::OutboxRow> mails = mails_for(context, record, decision); // numbers the episode's mails
    keep_success(parts_.database, record, finished, decision, mails, now, [this] { webmaster_.save(); });
    if (!is_sent(decision.reason) && decision.reason != DecisionReason::stage_ok)
        ++status_.notifications_suppressed[decision.reason];
    record.alert = std::move(decision.next);
    record.decision = decision.reason;
    record.look_again_at = decision.measure_again_at;
    log_measurement(record, finished.report.cost);
}

void Daemon::mail_finished(MailFinished finished) {
    mailer_.ended();
    log_mail(finished.row, finished.result);
    webmaster_.mail_tried(finished, parts_.clock.now());
    if (finished.result.outcome != notify::DeliveryOutcome::accepted)
        ++status_.notifications_failed[finished.result.reason];
    unsettled_ = std::move(finished);
    settle_mail();
}

/// Until the database has taken what became of a mail, no other one leaves: "told" must not be forgotten.
void Daemon::settle_mail() {
    if (!unsettled_)
        return;
    const store::OutboxRow& row = unsettled_->row;
    try {
        notify::settle(parts_.database, row, unsettled_->result, parts_.clock.now());
        if (const auto found = records_.find(row.mailbox); found != records_.end())
            note_mail(found->second, row, unsettled_->result, parts_.database);
        unsettled_.reset();
    } catch (const std::exception& error) {
        log_lost_mail(row, error);
    }
}

void Daemon::apply(settings::Settings settings) {
    settings_ = std::move(settings);
    prober_.set_per_server(settings_.poll.per_server);
    notifier_ = settings_.smtp ? parts_.make_notifier(*settings_.smtp) : nullptr;
    std::map<std::string, MailboxRecord> kept = std::exchange(records_, {});
    for (const settings::Mailbox& mailbox : settings_.mailboxes) {
        auto node = kept.extract(mailbox.slug);
        MailboxRecord record = node ? std::move(node.mapped()) : remembered(parts_.database, mailbox);
        record.settings = mailbox;
        remember_survey(parts_.database, record);
        records_.insert_or_assign(mailbox.slug, std::move(record));
        schedule_.add(mailbox.slug, parts_.clock.steady());
    }
    for (const auto& [slug, record] : kept)
        schedule_.remove(slug);
    status_.remarks = remarks_on(settings_);
}

void Daemon::reload() {
    parts_.service.reloading();
    auto settings = parts_.reload();
    status_.config_last_reload_successful = settings.has_value();
    if (settings) {
        apply(std::move(*settings));
        status_.config_last_reload_success = parts_.clock.now();
    }
    parts_.service.ready();
}

void Daemon::publish() {
    if (!drawing_.begin(parts_.clock.steady()))
        return;
    draw_mailboxes(status_, settings_, records_, parts_.database.hash_key(), parts_.clock.now());
    status_.outbox_pending = parts_.database.unsent_mail();
    annotate(status_, settings_, parts_.database.silences(status_.at), schedule_, parts_.clock.steady());
    status_.stuck_workers = prober_.stuck(settings_.poll.timeout);
    parts_.publish(std::make_shared<const Status>(status_));
    parts_.service.status(summary(status_));
    drawing_.end(parts_.clock.steady());
}

} // namespace mailquotad::app
