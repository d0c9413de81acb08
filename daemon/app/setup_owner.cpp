// `mailquotad setup --owner`: the owner types the password, after having read what is read and kept.
#include "app/setup.h"

#include "app/owner_text.h"
#include "core/escape.h"
#include "settings/values.h"

#include <cstdlib>

namespace mailquotad::app {

namespace {

using settings::Mailbox;

std::string language_of(const Setup& setup, const Mailbox* known) {
    if (!setup.options.language.empty())
        return setup.options.language;
    return known != nullptr && !known->owner.language.empty() ? known->owner.language : setup.file.base.language;
}

/// Shows the whole notice and asks. Only a word that says yes goes on.
void inform_and_ask(Setup& setup, const settings::Settings& settings, const Mailbox& mailbox) {
    Dialogue& dialogue = setup.dialogue;
    dialogue.say("owner_welcome", {{"address", for_terminal(mailbox.address)}});
    dialogue.terminal().say("");
    dialogue.terminal().say_in_pages(
        owner_text("privacy_notice.txt", settings, &mailbox, setup.world.catalog, dialogue.language()),
        dialogue.words("more"));
    if (!dialogue.confirm("owner_agrees", false))
        throw SetupEnded(dialogue.words("owner_declined"));
    dialogue.say("owner_password_advice");
}

/// What was stored, where, and how to take it back.
void tell_what_is_stored(Setup& setup, const Mailbox& mailbox) {
    const auto file = place_of(setup.world.secrets.credentials_folder, setup.plan.credentials.back());
    std::string second;
    for (const std::string& mail : mailbox.owner.mail)
        second += (second.empty() ? "" : ", ") + for_terminal(mail);
    const settings::Settings settings = setup.planned();
    const std::string webmaster = settings.wording.webmaster.empty() ? setup.dialogue.words("webmaster")
                                                                     : for_terminal(settings.wording.webmaster);
    setup.dialogue.say("owner_stored",
                       {{"address", for_terminal(mailbox.address)}, {"file", for_terminal(file.string())}});
    setup.dialogue.say(second.empty() ? "owner_stored_no_mail" : "owner_stored_mail", {{"mail", second}});
    const std::string contact = !settings.wording.contact.empty() ? settings.wording.contact
                                : settings.smtp                   ? settings.smtp->from
                                                                  : setup.dialogue.words("in_person");
    setup.dialogue.say(
        "owner_withdraw",
        {{"webmaster", webmaster}, {"contact", for_terminal(contact)}, {"address", for_terminal(mailbox.address)}});
}

/// A mailbox that nobody has entered yet: only at a server that the webmaster has.
Mailbox entered_by_owner(Setup& setup, const std::string& address) {
    if (!setup.file.exists || setup.file.base.servers.empty())
        throw CommandFailed(EXIT_FAILURE, setup.dialogue.words("owner_first_webmaster"));
    Mailbox mailbox = new_mailbox(setup, address);
    if (!setup.plan.addition.servers.empty() && setup.options.server.empty())
        throw CommandFailed(EXIT_FAILURE, setup.dialogue.words("owner_first_webmaster"));
    return mailbox;
}

} // namespace

int enrol_owner(Setup& setup) {
    const std::string address = address_of(setup);
    const Mailbox* known = setup.file.base.find(address);
    setup.dialogue.speak(language_of(setup, known));
    Mailbox mailbox = known != nullptr ? *known : entered_by_owner(setup, address);
    if (known == nullptr)
        setup.plan.addition.mailboxes.push_back(mailbox);
    const settings::Settings trial = setup.planned();
    inform_and_ask(setup, trial, mailbox);
    if (known != nullptr) {
        renew_password(setup, mailbox);
    } else {
        const LoggedIn in =
            log_in_by_dialogue(setup.dialogue, trial, mailbox, std::nullopt, setup.world.probe_world(), setup.store);
        mailbox.username = in.username;
        setup.dialogue.terminal().say('\n' + seen_in(mailbox, in.snapshot));
        setup.keep(mailbox.password.value, in.password);
        mailbox.owner = owner_of(setup, address);
        setup.plan.addition.mailboxes.back() = mailbox;
    }
    if (setup.options.dry_run)
        return show_and_confirm(setup), EXIT_SUCCESS;
    write_and_tell(setup);
    tell_what_is_stored(setup, mailbox);
    tell_next_step(setup);
    return EXIT_SUCCESS;
}

} // namespace mailquotad::app
