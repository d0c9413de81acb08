// What the commands share: the settings with all that belongs to them, or a clear end.
#pragma once

#include "app/database_place.h"
#include "settings/settings.h"
#include "store/database.h"
#include "text/catalog.h"
#include "text/client_guides.h"

#include <filesystem>
#include <optional>
#include <stdexcept>
#include <string>

namespace mailquotad::app {

/// Ends a command with a message on stderr and an exit code; caught in run_command_line only.
class CommandFailed : public std::runtime_error {
public:
    CommandFailed(int exit_code, const std::string& message) : std::runtime_error(message), exit_code_(exit_code) {}
    [[nodiscard]] int exit_code() const { return exit_code_; }

private:
    int exit_code_;
};

inline constexpr int kExitUnknown = 3;      ///< Nagios: unknown
inline constexpr int kExitBadSettings = 78; ///< EX_CONFIG of sysexits.h

/// --config, else $MAILQUOTAD_CONFIG, else /etc/mailquotad/mailquotad.toml.
std::filesystem::path config_file(const std::string& option);

/// As load_settings, with what belongs to the file; its settings are there. Warnings are kept for the next time where
/// there are queries that were left.
settings::Loaded load_settings_file(const std::filesystem::path& file, int exit_code, Queries queries = Queries::run);

/// Loads the settings, prints every problem on stderr, sets the time zone. Throws CommandFailed with `exit_code`
/// where there is an error.
settings::Settings load_settings(const std::filesystem::path& file, int exit_code, Queries queries = Queries::run);

/// The mailbox of this address or slug; throws CommandFailed that names the nearest one.
const settings::Mailbox& find_mailbox(const settings::Settings& settings, const std::string& name, int exit_code);

/// The database for a command beside the daemon, with derived slugs settled: for writing where that is allowed, else
/// for reading, else none (and then the slugs stay provisional).
struct CommandStore {
    std::optional<store::Database> database;
    bool writable = false;
};
CommandStore open_store(settings::Settings& settings);

/// As open_store, but a database is needed: throws CommandFailed.
store::Database open_store_readable(settings::Settings& settings, int exit_code);
store::Database open_store_writable(settings::Settings& settings, int exit_code);

/// The texts of all languages. Throws text::CatalogError.
text::Catalog load_catalog();

/// The steps of all mail programs. Throws text::CatalogError.
text::ClientGuides load_guides();

/// Prints on stdout and makes sure that it arrived; throws CommandFailed when it did not (full disk, closed pipe).
void print(const std::string& text);

} // namespace mailquotad::app
