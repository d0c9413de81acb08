// `mailquotad release`, `drop` and `digest`: the webmaster's answer to a burst, and the digest now.
#include "app/commands.h"
#include "app/context.h"
#include "app/digest.h"
#include "app/webmaster_memory.h"
#include "core/escape.h"
#include "os/clock.h"

#include <cstdlib>

namespace mailquotad::app {

namespace {

int answer_burst(const MailboxOptions& options, BurstAnswer answer, const std::string& what_follows) {
    settings::Settings settings = load_settings(config_file(options.common.config), kExitBadSettings);
    store::Database database = open_store_writable(settings, EXIT_FAILURE);
    const WebmasterMemory memory = read_webmaster_memory(database);
    if (!memory.burst.hold) {
        print("nothing is held\n");
        return EXIT_SUCCESS;
    }
    save_burst_answer(database, answer);
    std::string text;
    for (const std::string& slug : memory.burst.hold->mailboxes) {
        const settings::Mailbox* mailbox = settings.find(slug);
        text += for_terminal(mailbox != nullptr ? mailbox->address : slug) + '\n';
    }
    print(text + what_follows + '\n');
    return EXIT_SUCCESS;
}

} // namespace

int command_release(const MailboxOptions& options) {
    return answer_burst(options, BurstAnswer::release,
                        "released: the daemon measures them again and sends what is still so, within a minute");
}

int command_drop(const MailboxOptions& options) {
    return answer_burst(options, BurstAnswer::drop,
                        "dropped: these mailboxes are mailed about when their stage becomes higher still");
}

int command_digest(const MailboxOptions& options) {
    settings::Settings settings = load_settings(config_file(options.common.config), kExitBadSettings);
    store::Database database = open_store_readable(settings, kExitUnknown);
    const auto facts = digest_facts(settings, database, read_webmaster_memory(database), os::SystemClock().now());
    const text::Catalog catalog = load_catalog();
    const std::string language = options.language.empty() ? settings.language : options.language;
    const auto text = notify::digest_text(facts, addresses_of(settings), catalog, language);
    print(notify::plain_text(text, language, catalog));
    return EXIT_SUCCESS;
}

} // namespace mailquotad::app
