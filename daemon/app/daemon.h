// The daemon: one thread that owns all state and runs the loop.
#pragma once

#include "app/bounce_watch.h"
#include "app/channels.h"
#include "app/drawing_pace.h"
#include "app/elsewhere.h"
#include "app/mailbox_record.h"
#include "app/mailer.h"
#include "app/mails.h"
#include "app/outlook.h"
#include "app/picture.h"
#include "app/prober.h"
#include "app/server_watch.h"
#include "app/share.h"
#include "app/store_watch.h"
#include "app/upkeep.h"
#include "app/visits.h"
#include "app/webmaster.h"
#include "os/event_queue.h"
#include "os/service_manager.h"
#include "store/database.h"

#include <algorithm>
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
    /// Events between two turns: what a turn looks through is looked through once for all of them.
    static constexpr int kMostAtOnce = 32;

    void apply(std::shared_ptr<const settings::Settings> settings);
    void reload() {
        parts_.service.reloading();
        take_settings(parts_.reload());
        parts_.service.ready();
    }
    void take_settings(std::optional<settings::Settings> settings);
    /// They wait where the database cannot say what is known of their mailboxes.
    void take_waiting_settings() {
        if (!waiting_settings_)
            return;
        apply(waiting_settings_);
        waiting_settings_.reset();
        status_.config_last_reload_success = parts_.clock.now();
    }
    void start_due_probes();
    void start_due_mail();
    void publish();
    /// Which servers another connection may be made to.
    [[nodiscard]] std::function<bool(const std::string&)> room() const {
        return [this](const std::string& server) { return prober_.has_room(server, servers_.troubled(server)); };
    }

    void probe_finished(ProbeFinished finished);
    void take_result(MailboxRecord& record, ProbeFinished& finished);
    void probe_failed(MailboxRecord& record, const ProbeFinished& finished);
    void probe_succeeded(MailboxRecord& record, const ProbeFinished& finished);
    void decide(MailboxRecord& record, const ProbeFinished& finished, Time now);
    void mail_finished(MailFinished finished);
    void settle_mail();
    void tell_webmaster_of_troubles() {
        for (const std::string& slug : webmaster_.turn(*settings_, records_, parts_.clock.now(), share_.speaks()))
            visits_.hasten(*records_.at(slug).settings, parts_.clock.steady());
    }
    void take_new_lists() {
        take_waiting_settings();
        if (auto settings = parts_.new_lists())
            take_settings(std::move(*settings));
    }
    void look_for_bounces() {
        if (share_.speaks())
            bounce_watch_.turn(*settings_, parts_.database, prober_);
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
    /// Looked at, surveyed, or mail about it on its way: another daemon must not take it now.
    [[nodiscard]] bool is_busy(const std::string& visit) const {
        const auto slugs = visits_.slugs_of(visit);
        return !visits_.when_made(visit) || std::any_of(slugs.begin(), slugs.end(), [this](const std::string& slug) {
            return is_on_its_way(slug) || prober_.surveying() == slug;
        });
    }
    [[nodiscard]] ShareNeeds share_needs() const {
        return {.is_busy = [this](const std::string& visit) { return is_busy(visit); },
                .connections = [this](const std::string& server) { return prober_.connections(server); },
                .due = [this](const std::string& visit) { return visits_.when_made(visit); }};
    }
    [[nodiscard]] Hands hands() {
        return {.settings = *settings_,
                .records = records_,
                .visits = visits_,
                .prober = prober_,
                .servers = servers_,
                .webmaster = webmaster_,
                .database = parts_.database,
                .clock = parts_.clock};
    }
    [[nodiscard]] MailContext mail_context() const {
        return {.settings = *settings_,
                .catalog = parts_.catalog,
                .guides = &parts_.guides,
                .hash_key = parts_.database.hash_key(),
                .now = parts_.clock.now()};
    }

    DaemonParts parts_;
    std::shared_ptr<const settings::Settings> settings_ = std::make_shared<const settings::Settings>();
    std::shared_ptr<const settings::Settings> waiting_settings_; ///< null for none
    MailboxRecords records_;
    Channels channels_;
    std::optional<MailFinished> unsettled_; ///< delivered or not, and the database could not take it yet
    Webmaster webmaster_;
    Visits visits_;
    ServerWatch servers_;
    Forecaster forecaster_;
    Upkeep upkeep_;
    StoreWatch store_watch_;
    Status status_; ///< as it was published last
    Beside beside_;
    DrawingPace drawing_;
    DrawingPace survey_pace_; ///< of looking whether a survey is due: thousands of mailboxes are looked through
    bool stopping_ = false;
    Prober prober_;
    Share share_;
    Mailer mailer_;
    BounceWatch bounce_watch_;
};

} // namespace mailquotad::app
