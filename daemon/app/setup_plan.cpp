#include "app/setup_plan.h"

#include "app/context.h"
#include "core/escape.h"
#include "settings/encrypted_credential.h"
#include "settings/files.h"
#include "settings/values.h"

#include <algorithm>
#include <cstdlib>

namespace mailquotad::app {

namespace fs = std::filesystem;
using settings::Settings;

namespace {

std::string first_error(const settings::Loaded& loaded) {
    for (const settings::Problem& problem : loaded.problems) {
        if (problem.severity == settings::Problem::Severity::error)
            return to_string(problem);
    }
    return {};
}

/// The whole new file, checked.
std::string new_text(const SetupFile& file, const SetupPlan& plan, const settings::DataDirectories& data) {
    std::string old;
    std::optional<Settings> before;
    if (file.exists) {
        old = settings::read_text_file(file.path).value_or("");
        before = settings::load_text_to_extend(old, file.path.string(), data, database_reader()).settings;
        if (!before)
            throw CommandFailed(kExitBadSettings, "the settings were changed meanwhile and have errors now: nothing "
                                                  "was written");
    }
    const std::string text = settings::appended(old, settings::to_toml(plan.addition));
    const settings::Loaded after = settings::load_text_to_extend(text, file.path.string(), data, database_reader());
    if (!after.settings)
        throw CommandFailed(kExitBadSettings,
                            "nothing was written, since the settings would have an error: " + first_error(after));
    const std::string wrong = settings::difference(before, plan.addition, *after.settings);
    if (!wrong.empty())
        throw CommandFailed(EXIT_FAILURE, "nothing was written: " + for_terminal(wrong));
    return text;
}

bool is_used(const std::string& name, const std::vector<settings::Mailbox>& mailboxes) {
    return std::any_of(mailboxes.begin(), mailboxes.end(), [&](const settings::Mailbox& mailbox) {
        return mailbox.password.form == settings::SecretReference::Form::credential && mailbox.password.value == name;
    });
}

} // namespace

SetupFile open_setup_file(const fs::path& path, const settings::DataDirectories& data, Terminal& terminal) {
    SetupFile file{.path = fs::absolute(path), .exists = false, .base = {}};
    std::error_code error;
    file.exists = fs::exists(path, error);
    const auto text = file.exists ? settings::read_text_file(path) : std::optional<std::string>("");
    if (!text)
        throw CommandFailed(EXIT_FAILURE, "the settings file cannot be read: " + for_terminal(path.string()) +
                                              "; run this as root (sudo)");
    settings::Loaded loaded = settings::load_text_to_extend(*text, path.string(), data, database_reader());
    for (const settings::Problem& problem : loaded.problems)
        terminal.say(to_string(problem));
    if (!loaded.settings)
        throw CommandFailed(kExitBadSettings,
                            "the settings have errors; mend them first: " + for_terminal(path.string()));
    file.base = std::move(*loaded.settings);
    return file;
}

Settings planned(const SetupFile& file, const SetupPlan& plan) {
    Settings settings = file.base;
    if (plan.addition.file) {
        settings.language = plan.addition.file->language;
        settings.timezone = plan.addition.file->timezone;
    }
    if (plan.addition.smtp)
        settings.smtp = plan.addition.smtp;
    for (const settings::NewServer& server : plan.addition.servers)
        settings.servers.emplace(server.server.key, server.server);
    settings.mailboxes.insert(settings.mailboxes.end(), plan.addition.mailboxes.begin(), plan.addition.mailboxes.end());
    return settings;
}

std::string credential_name(const std::string& address, const SetupFile& file, const SetupPlan& plan,
                            const fs::path& folder) {
    std::string name;
    for (const char c : address)
        name += settings::is_credential_name("a" + std::string(1, c)) ? c : '_';
    if (name.empty() || name.front() == '.')
        name.insert(0, "_");
    name.resize(std::min<std::size_t>(name.size(), 200));
    const std::string wish = name;
    std::error_code error;
    for (int number = 2; is_used(name, file.base.mailboxes) || is_used(name, plan.addition.mailboxes) ||
                         fs::exists(folder / name, error) || settings::is_encrypted(folder, name);
         ++number)
        name = wish + '-' + std::to_string(number);
    return name;
}

fs::path place_of(const fs::path& folder, const NewCredential& credential) {
    return (credential.encrypted ? settings::EncryptedPlaces(folder).store : folder) / credential.name;
}

settings::Readers store_credential(const fs::path& folder, const NewCredential& credential) {
    if (!credential.encrypted)
        return settings::write_credential(folder, credential.name, credential.secret);
    settings::write_encrypted(folder, credential.name, credential.secret);
    return settings::Readers::service_group; // systemd hands it to the service
}

settings::Readers write_plan(const SetupFile& file, const SetupPlan& plan, const fs::path& credentials,
                             const settings::DataDirectories& data) {
    const settings::FolderLock lock(file.path.parent_path());
    const std::string text = new_text(file, plan, data);
    auto readers = settings::Readers::service_group;
    std::vector<fs::path> made;
    try {
        for (const NewCredential& credential : plan.credentials) {
            std::error_code error;
            const bool is_new = !credential.encrypted && !fs::exists(credentials / credential.name, error);
            readers = store_credential(credentials, credential);
            if (is_new)
                made.push_back(credentials / credential.name);
        }
        if (!file.exists)
            readers = settings::write_private(file.path, text);
        else if (!settings::to_toml(plan.addition).empty())
            settings::replace_keeping_rights(file.path, text);
        return readers;
    } catch (...) {
        std::error_code ignored;
        for (const fs::path& one : made)
            fs::remove(one, ignored);
        throw;
    }
}

} // namespace mailquotad::app
