#include "app/context.h"

#include "core/escape.h"
#include "os/clock.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <iostream>

namespace mailquotad::app {

namespace {

std::string listed(const settings::Settings& settings) {
    std::string names;
    for (const settings::Mailbox& mailbox : settings.mailboxes) {
        if (names.size() > 200)
            return names + ", …";
        names += (names.empty() ? "" : ", ") + mailbox.address;
    }
    return names;
}

/// Root must not make a database that the daemon's own user cannot write.
bool is_for_another_user(const std::filesystem::path& folder) {
    struct stat status {};
    std::error_code ignored;
    return ::geteuid() == 0 && ::stat(folder.c_str(), &status) == 0 && status.st_uid != 0 &&
           !std::filesystem::exists(folder / "mailquotad.sqlite", ignored);
}

std::optional<store::Database> try_writable(const settings::Settings& settings) {
    const store::Place place = place_of(settings);
    if (!place.is_postgresql() && is_for_another_user(place.folder))
        return std::nullopt;
    try {
        return store::Database::open(place, store::Inspection::header);
    } catch (const store::StoreError&) {
        return std::nullopt; // a command beside the daemon may lack the rights; it then only reads
    }
}

std::optional<store::Database> try_readable(const settings::Settings& settings) {
    try {
        return store::Database::open_readonly(place_of(settings));
    } catch (const store::StoreError& error) {
        std::cerr << "warning: going on without what was remembered: " << for_terminal(error.what()) << '\n';
        return std::nullopt;
    }
}

} // namespace

std::filesystem::path config_file(const std::string& option) {
    if (!option.empty())
        return option;
    if (const char* variable = std::getenv("MAILQUOTAD_CONFIG"); variable != nullptr && *variable != '\0')
        return variable;
    return "/etc/mailquotad/mailquotad.toml";
}

settings::Loaded load_settings_file(const std::filesystem::path& file, int exit_code, Queries queries) {
    settings::Loaded loaded = settings::load(file, settings::data_directories(), database_reader(queries));
    const bool comes_again = queries == Queries::leave && !loaded.queries.empty() && loaded.settings;
    for (const settings::Problem& problem : loaded.problems) {
        if (!comes_again)
            std::cerr << to_string(problem) << '\n';
    }
    if (!loaded.settings)
        throw CommandFailed(exit_code, "the settings have errors: " + for_terminal(file.string()));
    if (!loaded.settings->timezone.empty())
        os::set_zone(loaded.settings->timezone);
    return loaded;
}

settings::Settings load_settings(const std::filesystem::path& file, int exit_code, Queries queries) {
    return std::move(*load_settings_file(file, exit_code, queries).settings);
}

const settings::Mailbox& find_mailbox(const settings::Settings& settings, const std::string& name, int exit_code) {
    if (const settings::Mailbox* mailbox = settings.find(name))
        return *mailbox;
    throw CommandFailed(exit_code,
                        "no mailbox \"" + for_terminal(name) + "\" in the settings; there are: " + listed(settings));
}

CommandStore open_store(settings::Settings& settings) {
    CommandStore opened{.database = try_writable(settings), .writable = true};
    if (!opened.database) {
        opened.database = try_readable(settings);
        opened.writable = false;
    }
    if (opened.database)
        settings::derive_slugs(settings, opened.database->hash_key());
    return opened;
}

store::Database open_store_readable(settings::Settings& settings, int exit_code) {
    const store::Place place = place_of(settings);
    auto database = store::Database::open_readonly(place);
    if (!database)
        throw CommandFailed(exit_code, "there is no database in " +
                                           for_terminal(place.is_postgresql() ? "PostgreSQL" : place.folder.string()) +
                                           " yet: nothing was measured, is the daemon running?");
    settings::derive_slugs(settings, database->hash_key());
    return std::move(*database);
}

store::Database open_store_writable(settings::Settings& settings, int exit_code) {
    try {
        auto database = store::Database::open(place_of(settings));
        settings::derive_slugs(settings, database.hash_key());
        return database;
    } catch (const store::StoreError& error) {
        throw CommandFailed(exit_code, error.what());
    }
}

text::Catalog load_catalog() {
    return text::Catalog(settings::data_directories().messages);
}

text::ClientGuides load_guides() {
    return text::ClientGuides(settings::data_directories().clients);
}

void print(const std::string& text) {
    const bool written = std::fwrite(text.data(), 1, text.size(), stdout) == text.size();
    if (std::fflush(stdout) != 0 || !written)
        throw CommandFailed(kExitUnknown, "cannot write to standard output");
}

} // namespace mailquotad::app
