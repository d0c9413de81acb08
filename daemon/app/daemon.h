// The daemon: one thread that owns all state and runs the loop.
#pragma once

#include "app/drawing_pace.h"
#include "app/mailbox_record.h"
#include "app/mailer.h"
#include "app/mails.h"
#include "app/outlook.h"
#include "app/prober.h"
#include "app/schedule.h"
#include "app/upkeep.h"
#include "app/webmaster.h"
#include "os/event_queue.h"
#include "os/service_manager.h"
#include "store/database.h"

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <variant>

namespace mailquotad::app {

/// A signal that arrived: SIGTERM and SIGINT end, SIGHUP reloads.
struct SignalArrived {
    int number = 0;
};

using Event = std::variant<ProbeFinished, MailFinished, SignalArrived>;

/// All that the loop needs from outside; everything must outlive the daemon.
struct DaemonParts {
    const os::Clock& clock;
    net::Connector& connector;
    os::ServiceManager& service;
    store::Database& database;
    os::EventQueue<Event>& events;
    const text::Catalog& catalog;
    os::Cancellation& cancellation;
    settings::SecretPlaces secrets;
    std::function<std::shared_ptr<notify::Notifier>(const settings::Smtp&)> make_notifier;
    std::function<void(StatusPointer)> publish;
    std::function<std::optional<settings::Settings>()> reload; ///< nothing: the old settings stay
    std::string version;
    double poll_jitter = kPollJitter;
};

class Daemon {
public:
    Daemon(DaemonParts parts, settings::Settings settings);

    /// Runs until SIGTERM or SIGINT. False where a worker hangs: then the process must end without cleaning up.
    bool run();

    // The steps of run(), for tests that own the clock.

    /// Starts what is due: probes and mails; publishes the picture.
    void turn();
    void handle(Event event);
    /// When something becomes due if no event comes before; nothing where only an event can change anything.
    [[nodiscard]] std::optional<os::SteadyTime> next_due() const;
    /// Whether an event is certain to come.
    [[nodiscard]] bool is_busy() const { return prober_.running() > 0 || mailer_.is_busy(); }
    [[nodiscard]] bool is_stopping() const { return stopping_; }

private:
    void apply(settings::Settings settings);
    void reload();
    void start_due_probes();
    void start_due_mail();
    void publish();

    void probe_finished(ProbeFinished finished);
    void probe_failed(MailboxRecord& record, const ProbeFinished& finished);
    void probe_succeeded(MailboxRecord& record, const ProbeFinished& finished);
    void mail_finished(MailFinished finished);
    void settle_mail();
    /// Whether a mail about it is being delivered, or its end is not stored yet: then it cannot be taken back.
    [[nodiscard]] bool is_on_its_way(const std::string& slug) const {
        return mailer_.mailbox() == slug || (unsettled_ && unsettled_->row.mailbox == slug);
    }

    DaemonParts parts_;
    settings::Settings settings_;
    std::map<std::string, MailboxRecord> records_; ///< by slug
    std::shared_ptr<notify::Notifier> notifier_;
    std::optional<MailFinished> unsettled_; ///< delivered or not, and the database could not take it yet
    Webmaster webmaster_;
    Schedule schedule_;
    Forecaster forecaster_;
    Upkeep upkeep_;
    Status status_; ///< what is not per mailbox
    DrawingPace drawing_;
    bool stopping_ = false;
    Prober prober_;
    Mailer mailer_;
};

} // namespace mailquotad::app
