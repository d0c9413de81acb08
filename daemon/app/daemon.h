// The daemon: one thread that owns all state and runs the loop.
#pragma once

#include "app/bounce_watch.h"
#include "app/channels.h"
#include "app/drawing_pace.h"
#include "app/mailbox_record.h"
#include "app/mailer.h"
#include "app/mails.h"
#include "app/outlook.h"
#include "app/prober.h"
#include "app/server_watch.h"
#include "app/store_watch.h"
#include "app/upkeep.h"
#include "app/visits.h"
#include "app/webmaster.h"
#include "os/event_queue.h"
#include "os/service_manager.h"
#include "store/database.h"

#include <csignal>
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

using Event = std::variant<ProbeFinished, MailFinished, BouncesFinished, SignalArrived>;

/// All that the loop needs from outside; everything must outlive the daemon.
struct DaemonParts {
    const os::Clock& clock;
    net::Connector& connector;
    os::ServiceManager& service;
    store::Database& database;
    os::EventQueue<Event>& events;
    const text::Catalog& catalog;
    const text::ClientGuides& guides;
    os::Cancellation& cancellation;
    settings::SecretPlaces secrets;
    std::function<std::shared_ptr<notify::Notifier>(const settings::Smtp&)> make_notifier;
    std::function<std::shared_ptr<notify::Notifier>(const std::vector<settings::Webhook>&)> make_webhooks = nullptr;
    std::function<void(StatusPointer)> publish;
    std::function<std::optional<settings::Settings>()> reload; ///< nothing: the old settings stay
    std::string version;
    double poll_jitter = kPollJitter;
    /// The settings with those files of mailboxes read again that have changed; nothing inside: they have errors.
    std::function<std::optional<std::optional<settings::Settings>>()> new_lists = [] { return std::nullopt; };

    [[nodiscard]] ProbeWorld world() const {
        return {.connector = connector, .clock = clock, .secrets = secrets, .cancellation = &cancellation};
    }
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
    void take_settings(std::optional<settings::Settings> settings);
    void start_due_probes();
    void start_due_mail();
    void publish();

    void probe_finished(ProbeFinished finished);
    void take_result(MailboxRecord& record, ProbeFinished& finished);
    void probe_failed(MailboxRecord& record, const ProbeFinished& finished);
    void probe_succeeded(MailboxRecord& record, const ProbeFinished& finished);
    void mail_finished(MailFinished finished);
    void settle_mail();
    void tell_webmaster_of_troubles() {
        for (const std::string& slug : webmaster_.turn(settings_, records_, parts_.clock.now()))
            visits_.hasten(records_.at(slug).settings, parts_.clock.steady());
    }
    void take_new_lists() {
        if (auto settings = parts_.new_lists())
            take_settings(std::move(*settings));
    }
    void bounces_found(const BouncesFinished& found) {
        bounce_watch_.ended(prober_);
        store_watch_.attempt("keeping what came back", [&, this] {
            bounce_watch_.settle(found, parts_.database, mail_context(), records_, status_);
        });
    }
    void signalled(int number) {
        if (number == SIGHUP)
            reload();
        else if (number == SIGTERM || number == SIGINT)
            stopping_ = true;
    }
    /// Whether a mail about it is being delivered, or its end is not stored yet: then it cannot be taken back.
    [[nodiscard]] bool is_on_its_way(const std::string& slug) const {
        return mailer_.mailbox() == slug || (unsettled_ && unsettled_->row.mailbox == slug);
    }
    [[nodiscard]] MailContext mail_context() const {
        return {.settings = settings_,
                .catalog = parts_.catalog,
                .guides = &parts_.guides,
                .hash_key = parts_.database.hash_key(),
                .now = parts_.clock.now()};
    }

    DaemonParts parts_;
    settings::Settings settings_;
    MailboxRecords records_;
    Channels channels_;
    std::optional<MailFinished> unsettled_; ///< delivered or not, and the database could not take it yet
    Webmaster webmaster_;
    Visits visits_;
    ServerWatch servers_;
    Forecaster forecaster_;
    Upkeep upkeep_;
    StoreWatch store_watch_;
    Status status_; ///< what is not per mailbox
    DrawingPace drawing_;
    bool stopping_ = false;
    Prober prober_;
    Mailer mailer_;
    BounceWatch bounce_watch_;
};

} // namespace mailquotad::app
