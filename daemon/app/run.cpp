// `mailquotad run`: makes the parts of the daemon and lets it live.
#include "app/commands.h"
#include "app/context.h"
#include "app/daemon.h"
#include "app/mailbox_notes.h"
#include "app/smtp_options.h"
#include "net/connect.h"
#include "observe/http_server.h"
#include "observe/logging.h"
#include "os/service_manager.h"
#include "os/signals.h"

#include <spdlog/spdlog.h>
#include <sys/prctl.h>

#include <cstdlib>
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
                                                                             .language = settings.language},
                                                        std::move(catalog));
    spdlog::info("status page and /metrics at http://{}:{}/", settings.http.address, server->port());
    return server;
}

/// Reads the settings anew; nothing where they have errors, and then the old ones stay in force.
std::optional<settings::Settings> reload(const std::filesystem::path& file, const settings::Settings& running,
                                         const std::string& hash_key) {
    settings::Loaded loaded = settings::load(file, settings::data_directories());
    for (const settings::Problem& problem : loaded.problems)
        spdlog::warn("{}", to_string(problem));
    if (!loaded.settings) {
        spdlog::error("the settings have errors: the old ones stay in force");
        return std::nullopt;
    }
    settings::derive_slugs(*loaded.settings, hash_key);
    if (loaded.settings->state_directory != running.state_directory || loaded.settings->http != running.http ||
        loaded.settings->database != running.database || loaded.settings->timezone != running.timezone ||
        loaded.settings->poll.workers != running.poll.workers)
        spdlog::warn("state_directory, database, timezone, http and poll.workers take effect at the next start");
    spdlog::info("settings read anew: {} mailboxes", loaded.settings->mailboxes.size());
    return std::move(loaded.settings);
}

} // namespace

int command_run(const CommonOptions& options) {
    keep_memory_private();
    os::block_signals();
    observe::start_logging(options.log_level);
    const std::filesystem::path file = config_file(options.config);
    settings::Settings settings = load_settings(file, kExitBadSettings);
    store::Database database = open_store_writable(settings, EXIT_FAILURE);
    const auto catalog = std::make_shared<const text::Catalog>(load_catalog());
    const text::ClientGuides guides = load_guides();

    os::EventQueue<Event> events;
    const os::SignalListener signals([&events](int number) { events.post(SignalArrived{.number = number}); });
    const os::SystemClock clock;
    os::SystemdServiceManager service;
    os::Cancellation cancellation;
    net::TcpConnector connector;
    const auto http = start_http(settings, catalog);
    for (const std::string& remark : remarks_on(settings))
        spdlog::warn("{}", remark);

    const settings::Settings running = settings;
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
                    .publish =
                        [&http](StatusPointer status) {
                            if (http) {
                                http->loop_is_alive();
                                http->publish(std::move(status));
                            }
                        },
                    .reload = [&] { return reload(file, running, database.hash_key()); },
                    .version = MAILQUOTAD_VERSION},
        std::move(settings));
    if (!daemon->run()) {
        spdlog::warn("a worker hangs in the system's name lookup: ending without it");
        spdlog::shutdown();
        std::_Exit(EXIT_SUCCESS); // the database is consistent at every moment; nothing else is open
    }
    spdlog::info("ended");
    return EXIT_SUCCESS;
}

} // namespace mailquotad::app
