#include "app/setup.h"

#include "app/tty_terminal.h"
#include "core/escape.h"
#include "net/connect.h"
#include "os/clock.h"
#include "settings/encrypted_credential.h"
#include "settings/environment.h"

#include <cstdlib>
#include <iostream>

namespace mailquotad::app {

namespace {

/// --language, else that of the settings, else the machine's.
std::string dialogue_language(const SetupOptions& options, const SetupFile& file, const SetupWorld& world) {
    std::string language = options.language;
    if (language.empty())
        language = file.exists ? file.base.language : world.language;
    return world.catalog.has(language) ? language : "en";
}

/// "de" of "de_DE.UTF-8", from the variables that the C library reads, in its order.
std::string language_of_environment() {
    for (const char* name : {"LC_ALL", "LC_MESSAGES", "LANG"}) {
        if (const std::string value = settings::environment_text(name); !value.empty())
            return value.substr(0, value.find_first_of("_.@"));
    }
    return "en";
}

std::optional<net::NameServer> name_server_of(const SetupOptions& options) {
    if (options.name_server.empty())
        return std::nullopt;
    auto server = net::parse_name_server(options.name_server);
    if (!server)
        throw CommandFailed(EXIT_FAILURE, "bad --name-server \"" + for_terminal(options.name_server) +
                                              "\": an IPv4 address, with a port where it is not 53");
    return server;
}

void check_options(const SetupOptions& options, const SetupWorld& world) {
    if (!options.yes && !options.dry_run && !world.terminal.is_answered())
        throw CommandFailed(EXIT_FAILURE, "setup asks questions: run it at a terminal, or give the answers as options "
                                          "with --yes");
    if (options.owner && (options.yes || !world.terminal.is_answered()))
        throw CommandFailed(EXIT_FAILURE, "setup --owner needs the owner at a terminal: nobody else can agree");
    if (!options.language.empty() && !world.catalog.has(options.language))
        throw CommandFailed(EXIT_FAILURE,
                            "there are no texts in the language \"" + for_terminal(options.language) + "\"");
}

} // namespace

Setup::Setup(const SetupOptions& given, SetupWorld& around)
    : options(given), world(around),
      dialogue(around.terminal, around.catalog, "en", given.yes || !around.terminal.is_answered()),
      file(open_setup_file(config_file(given.common.config), around.data, around.terminal)),
      search(dialogue, around.connector, around.names, around.data) {
    dialogue.speak(dialogue_language(options, file, world));
    store = open_known_store(file.base);
}

void Setup::keep(const std::string& credential, Secret secret) {
    const bool encrypted = options.encrypt || settings::is_encrypted(world.secrets.credentials_folder, credential);
    plan.credentials.push_back({.name = credential, .secret = std::move(secret), .encrypted = encrypted});
}

int run_setup(const SetupOptions& options, SetupWorld& world) {
    check_options(options, world);
    Setup setup(options, world);
    if (!options.dry_run && !settings::may_write_in(setup.file.path.parent_path()))
        throw CommandFailed(
            EXIT_FAILURE,
            setup.dialogue.words("cannot_write", {{"folder", for_terminal(setup.file.path.parent_path().string())}}));
    if (!options.import.empty())
        return import_mailboxes(setup);
    const auto& base = setup.file.base;
    if (options.address.empty() && !options.smtp.empty() && !base.smtp && !base.mailboxes.empty())
        return set_up_smtp(setup);
    return options.owner ? enrol_owner(setup) : set_up_one(setup);
}

std::optional<Secret> given_password(const std::string& file) {
    if (file.empty())
        return std::nullopt;
    std::vector<std::string> warnings;
    auto secret = settings::read_secret({.form = settings::SecretReference::Form::file, .value = file, .command = {}},
                                        {}, warnings);
    for (const std::string& warning : warnings)
        std::cerr << "warning: " << for_terminal(warning) << '\n';
    if (const auto* wrong = std::get_if<settings::SecretError>(&secret))
        throw CommandFailed(EXIT_FAILURE, for_terminal(wrong->message));
    return std::move(std::get<Secret>(secret));
}

int command_setup(const SetupOptions& options) {
    TtyTerminal terminal;
    net::TcpConnector connector;
    net::DnsNameRecords names(name_server_of(options));
    const os::SystemClock clock;
    const text::Catalog catalog = load_catalog();
    const text::ClientGuides guides = load_guides();
    SetupWorld world{.terminal = terminal,
                     .connector = connector,
                     .names = names,
                     .clock = clock,
                     .catalog = catalog,
                     .guides = guides,
                     .data = settings::data_directories(),
                     .secrets = settings::secret_places(),
                     .print = print,
                     .language = language_of_environment()};
    try {
        return run_setup(options, world);
    } catch (const SetupEnded& ended) {
        throw CommandFailed(EXIT_FAILURE, ended.what());
    }
}

} // namespace mailquotad::app
