// The whole way of the data, one call a step: due → probe → history → assess → decide → outbox → status.
#include "app/daemon.h"

#include "app/daemon_log.h"
#include "app/elsewhere.h"
#include "app/keeping.h"
#include "app/mailbox_notes.h"
#include "app/picture.h"
#include "app/refusals.h"
#include "app/rules.h"
#include "app/surveys.h"
#include "core/alert_clock.h"
#include "os/overloaded.h"

#include <algorithm>
#include <utility>

namespace mailquotad::app {
namespace {

constexpr std::chrono::seconds kLongestWait{30};
constexpr std::chrono::seconds kShutdownPatience{8};

} // namespace

Daemon::Daemon(DaemonParts parts, settings::Settings settings)
    : parts_(std::move(parts)), webmaster_(parts_.database, parts_.catalog), visits_(parts_.poll_jitter),
      forecaster_(parts_.database), upkeep_(parts_.clock), store_watch_(parts_.clock),
      prober_(parts_.world(), {.workers = settings.poll.workers, .per_server = settings.poll.per_server},
              [&events = parts_.events](ProbeFinished finished) { events.post(std::move(finished)); }),
      share_(parts_.database, parts_.clock),
      mailer_(&parts_.cancellation,
              [&events = parts_.events](MailFinished finished) { events.post(std::move(finished)); }),
      bounce_watch_(parts_.world(),
                    [&events = parts_.events](BouncesFinished found) { events.post(std::move(found)); }) {
    status_.started_at = status_.config_last_reload_success = parts_.clock.now();
    status_.version = parts_.version;
    store_watch_.attempt("making the waiting mail due", [this] { upkeep_.begin(parts_.database); });
    apply(std::make_shared<const settings::Settings>(std::move(settings)));
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
        auto event = parts_.events.wait_until(std::min(next_due().value_or(latest), latest));
        for (int handled = 1; event; event = handled++ < kMostAtOnce ? parts_.events.next() : std::nullopt)
            handle(std::move(*event));
    }
    parts_.service.stopping();
    parts_.cancellation.cancel();
    prober_.break_off_survey();
    const auto patience = parts_.clock.steady() + kShutdownPatience;
    const bool mailer_ended = mailer_.shut_down(patience) && bounce_watch_.shut_down(patience);
    return prober_.shut_down(patience) && mailer_ended && share_.leave();
}

void Daemon::turn() {
    store_watch_.catch_up(parts_.database, records_, visits_);
    store_watch_.attempt("sharing the work", [this] { change_hands(share_.turn(share_needs()), share_, hands()); });
    store_watch_.attempt("reading lists of mailboxes", [this] { take_new_lists(); });
    store_watch_.attempt("following the clock", [this] { upkeep_.turn(visits_, parts_.database, share_.speaks()); });
    store_watch_.attempt("telling the webmaster", [this] { tell_webmaster_of_troubles(); });
    store_watch_.attempt("looking for bounces", [this] { look_for_bounces(); });
    store_watch_.attempt("beginning to look", [this] { start_due_probes(); });
    store_watch_.attempt("sending mail", [this] { start_due_mail(); });
    publish();
}

void Daemon::handle(Event event) {
    std::visit(os::Overloaded{[this](ProbeFinished& finished) { probe_finished(std::move(finished)); },
                              [this](MailFinished& finished) { mail_finished(std::move(finished)); },
                              [this](const BouncesFinished& found) { bounces_found(found); },
                              [this](const SignalArrived& signal) { signalled(signal.number); }},
               event);
}

std::optional<os::SteadyTime> Daemon::next_due() const {
    const os::SteadyTime now = parts_.clock.steady();
    std::optional<os::SteadyTime> next = survey_pace_.sooner(share_.sooner(drawing_.sooner(visits_.next_after(now))));
    if (const auto look = store_watch_.next_look()) // then nothing is read from the database here
        return next ? std::min(*next, *look) : *look;
    if (!channels_.any() || mailer_.is_busy())
        return next;
    if (const auto mail = parts_.database.next_mail_due()) {
        const os::SteadyTime due = now + std::max(Seconds(1), *mail - parts_.clock.now());
        next = next ? std::min(*next, due) : due;
    }
    return next;
}

void Daemon::start_due_probes() {
    if (!share_.may_begin(settings_->poll.timeout))
        return;
    while (const auto visit = visits_.next_due(parts_.clock.steady(), room()))
        prober_.start(visits_.start(*visit, records_, *settings_, parts_.database));
    survey_pace_.run(parts_.clock, [this] {
        if (auto survey = due_survey(*settings_, records_, prober_, parts_.database, parts_.clock.now()))
            prober_.start({std::move(*survey)});
    });
}

void Daemon::start_due_mail() {
    settle_mail();
    if (!channels_.any() || mailer_.is_busy() || unsettled_ || !share_.may_begin(settings_->poll.timeout))
        return;
    for (store::OutboxRow& row : parts_.database.due_mail(parts_.clock.now(), 1, share_.mail_of(records_)))
        mailer_.start(std::move(row), channels_);
}

void Daemon::probe_finished(ProbeFinished finished) {
    prober_.ended(finished);
    if (const auto found = records_.find(finished.slug); found != records_.end())
        take_result(found->second, finished);
    if (finished.ends_visit && !finished.was_survey) // even of mailboxes taken out of the settings meanwhile
        share_.ended(finished.visit, visits_.ended(finished, records_, *settings_, parts_.clock));
}

void Daemon::take_result(MailboxRecord& record, ProbeFinished& finished) {
    if (finished.was_survey)
        return take_survey(parts_.database, record, finished, *settings_, parts_.clock.now());
    record.last_attempt = parts_.clock.now();
    record.last_cost = finished.report.cost;
    log_warnings(record, finished.warnings);
    try {
        finished.report.snapshot() != nullptr ? probe_succeeded(record, finished) : probe_failed(record, finished);
    } catch (const store::ClaimLostError&) {
        // another daemon looks at it now, and decides
    } catch (const store::StoreError& error) {
        store_watch_.failed(record.settings->slug + ": keeping the result of a probe", error.what());
    } catch (const std::exception& error) {
        log_lost_step(record, "judging the result of a probe", error);
    }
}

void Daemon::probe_failed(MailboxRecord& record, const ProbeFinished& finished) {
    const Time now = parts_.clock.now();
    note_failure(record, finished.report, now);
    follow_failure(servers_, record, finished);
    log_failure(record, servers_.troubled(record.settings->server), finished.login.tried);
    share_.undisturbed(finished.visit, [&, this] { keep_failure(parts_.database, record, finished, now); });
}

void Daemon::probe_succeeded(MailboxRecord& record, const ProbeFinished& finished) {
    const Time now = parts_.clock.now();
    note_success(record, *finished.report.snapshot());
    follow_success(servers_, record, now);
    share_.undisturbed(finished.visit, [&, this] { decide(record, finished, now); });
    log_measurement(record, finished.report.cost);
}

void Daemon::decide(MailboxRecord& record, const ProbeFinished& finished, Time now) {
    refresh(record, parts_.database);
    AlertState alert = not_after(record.alert, now);
    const Judgement judgement = judge(*record.snapshot, record.settings->policy, forecaster_.outlook_for(record, now));
    record.assessment = assess(judgement, alert.stage, now, settings_->alerts.confirm_after);
    AdvicePlan advice = note_advice(parts_.database, record, *settings_, now);
    Decision decision = webmaster_.decide(*settings_, record, alert, now, is_on_its_way(finished.slug));
    MailContext context = mail_context();
    context.advice = std::move(advice);
    context.freed_bytes = freed_in(parts_.database, record, decision);
    const auto mails = mails_for(context, record, decision); // numbers the episode's mails
    keep_success(parts_.database, record, finished, decision, mails, now, [this] { webmaster_.save(); });
    if (!is_sent(decision.reason) && decision.reason != DecisionReason::stage_ok)
        ++status_.notifications_suppressed[decision.reason];
    record.alert = std::move(decision.next);
    record.decision = decision.reason;
    record.look_again_at = decision.measure_again_at;
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
    const auto& [row, result] = *unsettled_;
    const auto found = records_.find(row.mailbox);
    const settings::Mailbox* mailbox = found != records_.end() ? found->second.settings.get() : nullptr;
    const bool settled = store_watch_.attempt("keeping what became of mail " + row.message_id, [&, this] {
        settle_and_follow(parts_.database, mail_context(), mailbox, row, result);
        if (mailbox != nullptr)
            note_mail(found->second, row, result, parts_.database);
    });
    if (settled)
        unsettled_.reset();
}

void Daemon::apply(std::shared_ptr<const settings::Settings> settings) {
    renew(records_, settings, parts_.database); // this alone may fail: then all is as before
    const auto before = std::exchange(settings_, std::move(settings));
    prober_.set_per_server(settings_->poll.per_server);
    channels_.envelope_from = settings_->smtp ? notify::address_of(settings_->smtp->from) : "";
    channels_.smtp = settings_->smtp ? parts_.make_notifier(*settings_->smtp) : nullptr;
    channels_.webhooks = parts_.make_webhooks ? parts_.make_webhooks(settings_->webhooks) : nullptr;
    share_.set(*settings_);
    visits_.set(*settings_, parts_.clock.steady(), share_.ours());
    visits_.ask_anew(*before, *settings_, parts_.clock.steady());
    servers_.set_servers(ours_per_server(records_, share_));
    webmaster_.count_mailboxes(*settings_);
    status_.remarks = remarks_on(*settings_);
}

void Daemon::take_settings(std::optional<settings::Settings> settings) {
    status_.config_last_reload_successful = settings.has_value();
    if (settings) {
        waiting_settings_ = std::make_shared<const settings::Settings>(std::move(*settings));
        store_watch_.attempt("taking new settings over", [this] { take_waiting_settings(); });
    }
}

void Daemon::publish() {
    if (!drawing_.begin(parts_.clock.steady()))
        return;
    const Time now = parts_.clock.now();
    store_watch_.attempt("counting mail and silences", [&, this] { beside_ = beside_at(parts_.database, now); });
    draw_mailboxes(status_,
                   {.settings = *settings_,
                    .records = records_,
                    .beside = beside_,
                    .burst = webmaster_.memory().burst,
                    .visits = visits_,
                    .hash_key = parts_.database.hash_key()},
                   now, parts_.clock.steady());
    status_.database_failing_since = store_watch_.failing_since();
    status_.daemons = share_.daemons();
    status_.speaks = share_.speaks();
    status_.troubles = servers_.troubles();
    status_.stuck_workers = prober_.stuck(settings_->poll.timeout);
    parts_.service.status(summary(status_));
    parts_.publish(std::make_shared<const Status>(status_));
    drawing_.end(parts_.clock.steady());
}

} // namespace mailquotad::app
