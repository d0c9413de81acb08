// `mailquotad forget` and `backup`: what is stored, shown and deleted, or copied.
#include "app/commands.h"
#include "app/context.h"
#include "app/login_guard.h"
#include "app/probe_job.h"
#include "core/escape.h"

#include <cstdlib>
#include <iostream>

namespace mailquotad::app {

namespace {

/// The slug under which something about this person may be stored, whether or not the settings still name it.
std::string slug_of(const settings::Settings& settings, const std::string& name, const std::string& hash_key) {
    if (const settings::Mailbox* known = settings.find(name))
        return known->slug;
    settings::Settings former;
    settings::Mailbox& mailbox = former.mailboxes.emplace_back();
    mailbox.address = name;
    mailbox.slug_is_derived = true;
    settings::derive_slugs(former, hash_key);
    return name.find('@') == std::string::npos ? name : former.mailboxes.front().slug;
}

/// What is remembered of refused logins is kept by login, not by mailbox.
void forget_logins(store::Database& database, const settings::Settings& settings, const settings::Mailbox& mailbox) {
    const ProbeJob job = probe_job(settings, mailbox, &database, database.hash_key());
    database.clear_login_backoff(login_keys(job.request, database.hash_key()).login);
}

} // namespace

int command_forget(const MailboxOptions& options) {
    settings::Settings settings = load_settings(config_file(options.common.config), EXIT_FAILURE);
    store::Database database = open_store_writable(settings, EXIT_FAILURE);
    const std::string slug = slug_of(settings, options.address, database.hash_key());
    const std::string stored = database.everything_about(slug);
    print(stored + "\n");
    if (stored == "{}") {
        std::cerr << "nothing is stored about " << for_terminal(options.address) << '\n';
        return EXIT_SUCCESS;
    }
    const settings::Mailbox* const watched = settings.find(options.address);
    if (watched != nullptr)
        forget_logins(database, settings, *watched);
    database.forget(slug);
    std::cerr << "deleted: all that was stored about " << for_terminal(options.address) << '\n';
    if (watched != nullptr)
        std::cerr << "note: the mailbox is still in the settings, so the daemon measures it again; take it out there "
                     "first, and forget it once more\n";
    return EXIT_SUCCESS;
}

int command_backup(const BackupOptions& options) {
    settings::Settings settings = load_settings(config_file(options.common.config), EXIT_FAILURE);
    store::Database database = open_store_writable(settings, EXIT_FAILURE);
    database.backup(options.file);
    print("The database was copied to " + for_terminal(options.file) + ".\n");
    return EXIT_SUCCESS;
}

} // namespace mailquotad::app
