#include "app/config_check.h"

#include "app/channels.h"
#include "app/context.h"
#include "app/daemon_client.h"
#include "app/database_place.h"
#include "net/tls_trust.h"
#include "net/transport.h"
#include "notify/http_call.h"
#include "observe/http_server.h"
#include "os/module.h"
#include "settings/places.h"
#include "settings/problems.h"
#include "settings/secret_reader.h"
#include "settings/write_file.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <optional>
#include <tuple>

namespace mailquotad::app {

namespace {

namespace fs = std::filesystem;
using settings::in_quotes;
using settings::Problem;
using settings::Settings;
using Path = std::vector<settings::Step>;

/// systemd makes it before each start (StateDirectory= of the unit).
constexpr const char* kStateOfTheUnit = "/var/lib/mailquotad";

class StartCheck {
public:
    StartCheck(const fs::path& file, const settings::Loaded& loaded)
        : file_(file), settings_(*loaded.settings), lists_(loaded.lists), places_(loaded.text, file.string()) {}

    std::vector<Problem> run() {
        look_at_rights();
        read_secrets();
        load_trusts();
        look_at_webhooks();
        look_at_state();
        try_address();
        std::stable_sort(problems_.begin(), problems_.end(), [](const Problem& a, const Problem& b) {
            return std::tuple(a.line, a.column) < std::tuple(b.line, b.column);
        });
        return std::move(problems_);
    }

private:
    void error(const Path& path, std::string message) {
        problems_.push_back(places_.problem(Problem::Severity::error, path, std::move(message)));
    }
    void warning(const Path& path, std::string message) {
        problems_.push_back(places_.problem(Problem::Severity::warning, path, std::move(message)));
    }
    /// The way to a key of a mailbox; of one from a list, to the lists.
    [[nodiscard]] Path mailbox_key(const settings::Mailbox& mailbox, const char* key) const {
        const std::size_t number = places_.mailbox_number(mailbox.address);
        return number > 0 ? Path{"mailbox", number, key} : Path{"mailbox_list"};
    }

    void look_at_rights();
    void read_secrets();
    void read_secret(const Path& path, const settings::SecretReference& reference, const std::string& whose = {});
    void load_trusts();
    void load_trust(const Path& table, const Trust& trust);
    void look_at_webhooks();
    void look_at_state();
    void look_at_postgresql();
    void try_address();

    const fs::path& file_;
    const Settings& settings_;
    const std::vector<settings::ListFile>& lists_;
    settings::Places places_;
    std::vector<Problem> problems_;
    std::vector<const settings::SecretReference*> read_; ///< one of many mailboxes is read once
    net::CaStore trust_;
    bool told_of_system_ = false;
};

/// Whoever can change these files can have programs run (`command`) or mail sent elsewhere.
void StartCheck::look_at_rights() {
    const auto look = [this](const fs::path& path, const std::string& what) {
        struct stat status {};
        if (::stat(path.c_str(), &status) != 0)
            return;
        const bool is_sticky = S_ISDIR(status.st_mode) && (status.st_mode & S_ISVTX) != 0; // as /tmp
        if ((status.st_mode & S_IWOTH) != 0 && !is_sticky)
            warning({}, what + " " + in_quotes(path.string()) +
                            " can be changed by every user of this machine; run chmod o-w on it");
    };
    look(file_, "the settings file");
    look(fs::absolute(file_).parent_path(), "the folder");
    for (const settings::ListFile& list : lists_)
        look(list.file, "the list");
    look(settings::secret_places().credentials_folder, "the folder");
}

void StartCheck::read_secret(const Path& path, const settings::SecretReference& reference, const std::string& whose) {
    const auto is_same = [&](const settings::SecretReference* other) { return *other == reference; };
    if (std::find_if(read_.begin(), read_.end(), is_same) != read_.end())
        return;
    read_.push_back(&reference);
    std::vector<std::string> warnings;
    const auto secret = settings::read_secret(reference, settings::secret_places(), warnings);
    const std::string of = whose.empty() ? "" : " (mailbox " + in_quotes(whose) + ")";
    for (const std::string& text : warnings)
        warning(path, text + of);
    if (const auto* wrong = std::get_if<settings::SecretError>(&secret))
        error(path, wrong->message + of);
}

void StartCheck::read_secrets() {
    for (const settings::Mailbox& mailbox : settings_.mailboxes) {
        if (!mailbox.by_administrator)
            read_secret(mailbox_key(mailbox, "password"), mailbox.password, mailbox.address);
    }
    for (const auto& [key, server] : settings_.servers) {
        if (server.administrator)
            read_secret({"server", key, "quota_administrator", "password"}, server.administrator->password);
    }
    if (settings_.smtp && settings_.smtp->password)
        read_secret({"smtp", "password"}, *settings_.smtp->password);
    if (settings_.bounces)
        read_secret({"bounces", "password"}, settings_.bounces->password);
    if (settings_.database.password)
        read_secret({"database", "password"}, *settings_.database.password);
    for (std::size_t i = 0; i < settings_.webhooks.size(); ++i) {
        const settings::Webhook& webhook = settings_.webhooks[i];
        if (webhook.url_secret)
            read_secret({"webhook", i + 1, "url"}, *webhook.url_secret);
        for (std::size_t j = 0; j < webhook.headers.size(); ++j) {
            if (webhook.headers[j].secret)
                read_secret({"webhook", i + 1, "headers", j + 1, "secret"}, *webhook.headers[j].secret);
        }
    }
}

void StartCheck::load_trust(const Path& table, const Trust& trust) {
    const bool is_system = trust.ca_file.empty() && trust.pins.empty();
    if (is_system && told_of_system_)
        return;
    Path path = table;
    if (!is_system)
        path.emplace_back("ca_file");
    try {
        trust_.credentials(trust);
    } catch (const net::NetError& wrong) {
        told_of_system_ = told_of_system_ || is_system;
        error(path, wrong.what());
    }
}

void StartCheck::load_trusts() {
    for (const auto& [key, server] : settings_.servers)
        load_trust({"server", key}, server.trust);
    if (settings_.smtp)
        load_trust({"smtp"}, settings_.smtp->trust);
    if (settings_.bounces)
        load_trust({"bounces"}, settings_.bounces->trust);
    for (std::size_t i = 0; i < settings_.webhooks.size(); ++i)
        load_trust({"webhook", i + 1}, {.ca_file = settings_.webhooks[i].ca_file, .pins = {}});
}

void StartCheck::look_at_webhooks() {
    for (const auto& [number, text] : problems_of_bodies(settings_.webhooks))
        error({"webhook", number, "body"}, text);
    if (settings_.webhooks.empty())
        return;
    try {
        notify::load_http();
    } catch (const os::ModuleError& wrong) {
        error({"webhook"}, wrong.what());
    }
}

void StartCheck::look_at_postgresql() {
    const Path path{"database", "url"};
    try {
        store::Database::open_readonly(place_of(settings_));
    } catch (const store::OlderSchemaError&) {
        // the daemon brings it up to date
    } catch (const store::StoreError& wrong) {
        error(path, wrong.what());
    }
}

/// Opens the database for reading alone: checking changes nothing.
void StartCheck::look_at_state() {
    if (!settings_.database.postgresql_url.empty())
        return look_at_postgresql();
    const Path path{"state_directory"};
    const fs::path& folder = settings_.state_directory;
    std::error_code ignored;
    if (!fs::exists(folder, ignored) && folder == kStateOfTheUnit)
        return warning(path, in_quotes(folder.string()) + " does not exist yet; systemd makes it at the first start");
    if (!settings::may_write_in(folder))
        return error(path, in_quotes(folder.string()) + " cannot be written by this user; nothing could be measured");
    const fs::path database = folder / "mailquotad.sqlite";
    if (!fs::exists(database, ignored))
        return;
    if (::access(database.c_str(), R_OK | W_OK) != 0)
        return error(path, in_quotes(database.string()) + " cannot be written by this user; nothing could be measured");
    try {
        store::Database::open_readonly({.folder = folder});
    } catch (const store::OlderSchemaError&) {
        // the daemon brings it up to date
    } catch (const store::DamagedError& wrong) {
        warning(path, std::string(wrong.what()) + "; the daemon puts it aside at its start and goes on with a new one");
    } catch (const store::StoreError& wrong) {
        error(path, wrong.what());
    }
}

void StartCheck::try_address() {
    const settings::Http& http = settings_.http;
    if (http.address.empty())
        return;
    try {
        const observe::HttpServer server({.address = http.address, .port = http.port, .language = "en"},
                                         std::make_shared<const text::Catalog>(load_catalog()));
    } catch (const text::CatalogError&) {
        return; // told by problems_of_texts
    } catch (const std::runtime_error& wrong) {
        try {
            ask_daemon(settings_); // a daemon that runs with these settings has it
        } catch (const CommandFailed&) {
            error({"http", "listen"}, std::string(wrong.what()) + "; and no mailquotad answers there");
        }
    }
}

} // namespace

std::vector<Problem> problems_of_start(const fs::path& file, const settings::Loaded& loaded) {
    return StartCheck(file, loaded).run();
}

std::vector<Problem> problems_of_texts() {
    std::vector<Problem> problems;
    const auto tell = [&problems](Problem::Severity severity, const fs::path& folder, const std::string& message) {
        problems.push_back(
            {.severity = severity, .file = folder.string(), .line = 0, .column = 0, .key = {}, .message = message});
    };
    const settings::DataDirectories data = settings::data_directories();
    try {
        for (const std::string& gap : load_catalog().gaps())
            tell(Problem::Severity::warning, data.messages, gap);
    } catch (const text::CatalogError& wrong) {
        tell(Problem::Severity::error, data.messages, wrong.what());
    }
    try {
        load_guides();
    } catch (const text::CatalogError& wrong) {
        tell(Problem::Severity::error, data.clients, wrong.what());
    }
    return problems;
}

} // namespace mailquotad::app
