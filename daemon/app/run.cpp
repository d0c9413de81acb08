// `mailquotad run`: makes the parts of the daemon and lets it live.
#include "app/channels.h"
#include "app/commands.h"
#include "app/context.h"
#include "app/daemon.h"
#include "app/database_place.h"
#include "app/mailbox_notes.h"
#include "app/opening.h"
#include "app/past.h"
#include "app/settings_source.h"
#include "app/smtp_options.h"
#include "net/connect.h"
#include "observe/http_server.h"
#include "observe/log_event.h"
#include "observe/logging.h"
#include "os/memory.h"
#include "os/service_manager.h"
#include "os/signals.h"

#include <spdlog/spdlog.h>
#include <sys/prctl.h>

#include <cstdlib>
#include <functional>
#include <memory>

namespace mailquotad::app {

namespace {

/// Passwords are in memory: no core file, and no debugger of the same user.
void keep_memory_private() {
    ::prctl(PR_SET_DUMPABLE, 0);
}

std::unique_ptr<observe::HttpServer> start_http(const settings::Settings& settings,
                                                std::shared_ptr<const text::Catalog> catalog) {
    if (settings.http.address.empty())
        return nullptr;
    auto server = std::make_unique<observe::HttpServer>(observe::HttpOptions{.address = settings.http.address,
                                                                             .port = settings.http.port,
                                                                             .language = settings.language,
                                                                             .hosts = settings.http.hosts,
                                                                             .past = past_of(place_of(settings))},
                                                        std::move(catalog));
    spdlog::info("status page and /metrics at http://{}:{}/", settings.http.address, server->port());
    return server;
}

void follow_log_level(const CommonOptions& options, const settings::Settings& settings) {
    if (options.log_level.empty()) // the option wins
        observe::set_log_level(settings.log.level);
}

std::optional<settings::Settings> reload(SettingsSource& source, const CommonOptions& options) {
    auto settings = source.reload();
    if (settings)
        follow_log_level(options, *settings);
    return settings;
}

/// Lists that are queries wait until there is a database to ask. That they fail is nothing that starting again could
/// not mend, so it is no error of the settings.
void read_queries(const std::filesystem::path& file, const std::string& hash_key, settings::Loaded& loaded,
                  settings::Settings& settings) {
    if (loaded.queries.empty())
        return;
    loaded = load_settings_file(file, EXIT_FAILURE);
    settings = loaded.settings.value();
    settings::derive_slugs(settings, hash_key);
}

void log_start(const settings::Settings& settings) {
    observe::log_event({.event = observe::LogEvent::started,
                        .text = fmt::format("mailquotad " MAILQUOTAD_VERSION " watches {} mailboxes at {} servers",
                                            settings.mailboxes.size(), settings.servers.size())});
    for (const Remark& remark : remarks_on(settings))
        spdlog::warn("{}", remark.text);
}

std::function<void(StatusPointer)> publisher_to(observe::HttpServer* http) {
    return [http](StatusPointer status) {
        observe::settle_log();
        if (http != nullptr) {
            http->loop_is_alive();
            http->publish(std::move(status));
        }
    };
}

} // namespace

int command_run(const CommonOptions& options) {
    keep_memory_private();
    os::share_memory_among_threads();
    os::block_signals();
    observe::start_logging(options.log_level.empty() ? "info" : options.log_level);
    const std::filesystem::path file = config_file(options.config);
    settings::Loaded loaded = load_settings_file(file, kExitBadSettings, Queries::leave);
    settings::Settings settings = loaded.settings.value();
    follow_log_level(options, settings);
    const auto catalog = std::make_shared<const text::Catalog>(load_catalog());
    const text::ClientGuides guides = load_guides();

    os::EventQueue<Event> events;
    const os::SignalListener signals([&events](int number) { events.post(SignalArrived{.number = number}); });
    const os::SystemClock clock;
    os::SystemdServiceManager service;
    os::Cancellation cancellation;
    net::TcpConnector connector;
    const auto http = start_http(settings, catalog);
    const auto publish = publisher_to(http.get());
    auto opened = open_store_patiently(
        settings,
        {.events = events, .service = service, .clock = clock, .publish = publish, .version = MAILQUOTAD_VERSION});
    if (!opened)
        return EXIT_SUCCESS;
    store::Database& database = opened->database;
    read_queries(file, database.hash_key(), loaded, settings);
    tell_of_rescue(*opened, settings, *catalog, clock.now());
    log_start(settings);

    SettingsSource source(file, loaded, database.hash_key(), database_reader());
    loaded = {}; // with thousands of mailboxes it is large
    auto daemon = std::make_unique<Daemon>(
        DaemonParts{.clock = clock,
                    .connector = connector,
                    .service = service,
                    .database = database,
                    .events = events,
                    .catalog = *catalog,
                    .guides = guides,
                    .cancellation = cancellation,
                    .secrets = settings::secret_places(),
                    .make_notifier =
                        [&connector](const settings::Smtp& smtp) {
                            return std::make_shared<notify::SmtpNotifier>(smtp_options(smtp), connector);
                        },
                    .make_webhooks = make_webhooks,
                    .publish = publish,
                    .reload = [&] { return reload(source, options); },
                    .version = MAILQUOTAD_VERSION,
                    .new_lists = [&source, &clock] { return source.new_lists(clock.now()); }},
        std::move(settings));
    if (!daemon->run()) {
        spdlog::warn("a worker hangs in the system's name lookup: ending without it");
        spdlog::shutdown();
        std::_Exit(EXIT_SUCCESS); // the database is consistent at every moment; nothing else is open
    }
    observe::log_event({.event = observe::LogEvent::ended, .text = "ended"});
    return EXIT_SUCCESS;
}

} // namespace mailquotad::app
