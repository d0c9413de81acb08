// The second half of `mailquotad setup`: the way out for mail, what is going to be written, writing, a test mail.
#include "app/setup.h"

#include "app/smtp_options.h"
#include "app/test_mail.h"
#include "core/escape.h"
#include "notify/smtp.h"
#include "settings/values.h"

#include <algorithm>
#include <cstdlib>

namespace mailquotad::app {

namespace {

constexpr const char* kSmtpCredential = "smtp";

/// "Webmaster <webmaster@verein.example>" in the words of a language; a bare address gets the name.
std::string with_name(const std::string& from, const Dialogue& dialogue) {
    if (from.find('<') != std::string::npos || settings::address_in(from).empty())
        return from;
    return dialogue.words("sender_name") + " <" + from + ">";
}

std::string ask_for_sender(Setup& setup, const std::string& domain) {
    std::string from = setup.options.from;
    while (from.empty() || settings::address_in(from).empty()) {
        if (!setup.options.from.empty())
            throw CommandFailed(EXIT_FAILURE,
                                setup.dialogue.words("no_address", {{"text", for_terminal(setup.options.from)}}));
        from = setup.dialogue.ask("from", "webmaster@" + domain);
    }
    return with_name(from, setup.dialogue);
}

std::vector<std::string> ask_for_webmasters(Setup& setup, const std::string& from) {
    if (!setup.options.admin.empty())
        return setup.options.admin;
    std::string admin = setup.dialogue.ask("admin", settings::address_in(from));
    while (!settings::is_mail_address(admin)) {
        setup.dialogue.say("no_address", {{"text", for_terminal(admin)}});
        admin = setup.dialogue.ask("admin", settings::address_in(from));
    }
    return {admin};
}

/// The server where the planned mailbox is read, as the search knows it.
FoundServer server_of(const Setup& setup, const settings::Mailbox& mailbox) {
    FoundServer found;
    found.entry.server = setup.planned().server_of(mailbox);
    found.is_new = false;
    found.protocol = mailbox.protocol;
    return found;
}

/// With the password in hand: it may not be written yet, or be another user's to read.
std::unique_ptr<notify::Notifier> notifier_of(const Setup& setup, const settings::Smtp& smtp) {
    notify::SmtpOptions options = smtp_options(smtp);
    const auto& made = setup.plan.credentials;
    const auto is_smtp = [&](const NewCredential& one) { return smtp.password && one.name == smtp.password->value; };
    if (const auto found = std::find_if(made.begin(), made.end(), is_smtp); found != made.end())
        options.password = [secret = found->secret](std::string&) { return std::optional(secret); };
    return std::make_unique<notify::SmtpNotifier>(std::move(options), setup.world.connector);
}

/// Asks for the password of [smtp] anew and stores it; false where it is not this setup's to change.
bool renew_smtp_password(Setup& setup, const settings::Smtp& smtp) {
    if (!setup.plan.addition.smtp || !smtp.password || !setup.dialogue.asks())
        return false;
    for (NewCredential& credential : setup.plan.credentials) {
        if (credential.name != smtp.password->value)
            continue;
        Secret typed = setup.dialogue.ask_secret("smtp_password", {{"login", for_terminal(smtp.username)}});
        if (typed.empty())
            return false;
        credential.secret = std::move(typed);
        store_credential(setup.world.secrets.credentials_folder, credential);
        return true;
    }
    return false;
}

} // namespace

void plan_smtp(Setup& setup, const settings::Mailbox& mailbox) {
    const auto& options = setup.options;
    const bool named = !options.smtp.empty() || !options.from.empty();
    if (setup.file.base.smtp) {
        if (!options.smtp.empty())
            setup.dialogue.say("smtp_is_there");
        return;
    }
    if (!named && (!setup.dialogue.asks() || !setup.dialogue.confirm("want_smtp", true)))
        return setup.dialogue.say("no_smtp");
    settings::Smtp smtp;
    smtp.from = ask_for_sender(setup, domain_of(mailbox.address));
    const std::string sender = settings::address_in(smtp.from);
    smtp.endpoint = setup.search.smtp_server(sender, options.smtp, setup.trust(), server_of(setup, mailbox));
    smtp.trust = setup.trust();
    smtp.username = options.smtp_username.empty() ? setup.dialogue.ask("smtp_username", sender) : options.smtp_username;
    smtp.admin = ask_for_webmasters(setup, smtp.from);
    auto password = given_password(options.smtp_password_file);
    if (!password)
        password = setup.dialogue.ask_secret("smtp_password", {{"login", for_terminal(smtp.username)}});
    if (password->empty())
        throw SetupEnded(setup.dialogue.words("nothing_written"));
    const std::string name =
        credential_name(kSmtpCredential, setup.file, setup.plan, setup.world.secrets.credentials_folder);
    smtp.password =
        settings::SecretReference{.form = settings::SecretReference::Form::credential, .value = name, .command = {}};
    setup.keep(name, std::move(*password));
    setup.plan.addition.smtp = std::move(smtp);
}

bool show_and_confirm(Setup& setup) {
    const std::string tables = settings::to_toml(setup.plan.addition);
    const std::string path = for_terminal(setup.file.path.string());
    if (!tables.empty()) {
        setup.dialogue.say(setup.file.exists ? "to_append" : "to_create", {{"file", path}});
        setup.options.dry_run ? setup.world.print(tables) : setup.dialogue.terminal().say(tables);
    }
    for (const NewCredential& credential : setup.plan.credentials)
        setup.dialogue.say(
            credential.encrypted ? "to_encrypt" : "to_store",
            {{"file", for_terminal(place_of(setup.world.secrets.credentials_folder, credential).string())}});
    if (setup.options.dry_run) {
        setup.dialogue.say("dry_run");
        return false;
    }
    if (setup.dialogue.confirm("write_now", true))
        return true;
    setup.dialogue.say("nothing_written");
    return false;
}

void write_and_tell(Setup& setup) {
    const auto readers = write_plan(setup.file, setup.plan, setup.world.secrets.credentials_folder, setup.world.data);
    const bool has_tables = !settings::to_toml(setup.plan.addition).empty();
    const auto& credentials = setup.plan.credentials;
    const auto file = has_tables || credentials.empty()
                          ? setup.file.path
                          : place_of(setup.world.secrets.credentials_folder, credentials.back());
    setup.dialogue.say("written", {{"file", for_terminal(file.string())}});
    if (readers == settings::Readers::owner_alone && !setup.options.owner)
        setup.dialogue.say("owner_alone");
}

void tell_next_step(Setup& setup) {
    const auto& made = setup.plan.credentials;
    if (std::any_of(made.begin(), made.end(), [](const NewCredential& one) { return one.encrypted; }))
        setup.dialogue.say("now_restart");
    else if (settings::to_toml(setup.plan.addition).empty())
        setup.dialogue.say("now_nothing");
    else
        setup.dialogue.say(setup.file.exists ? "now_reload" : "now_start");
}

void offer_test_mail(Setup& setup, const settings::Mailbox& mailbox, const Snapshot& snapshot) {
    const settings::Settings settings = setup.planned();
    const bool is_new = !setup.plan.addition.mailboxes.empty(); // a new password alone says nothing about mail
    const bool wanted = settings.smtp && (setup.options.test_mail || (is_new && setup.dialogue.asks()));
    if (!wanted)
        return;
    const auto to = webmasters_of(*settings.smtp);
    if (!setup.options.test_mail && !setup.dialogue.confirm("want_test_mail", true, {{"to", listed_for_terminal(to)}}))
        return;
    const std::string key = "mailquotad";
    const MailContext context{.settings = settings,
                              .catalog = setup.world.catalog,
                              .guides = &setup.world.guides,
                              .hash_key = key,
                              .now = setup.world.clock.now()};
    const Assessment assessment = assess_once(judge(snapshot, mailbox.policy, Outlook{}));
    const notify::NoticeFacts facts =
        notice_facts(context, mailbox, assessment, snapshot,
                     {.kind = NotificationKind::warning, .stage = Stage::warning, .episode = 1, .number = 1});
    for (int tries = kMostTries; tries > 0; --tries) {
        const auto notifier = notifier_of(setup, *settings.smtp);
        const notify::DeliveryResult result = deliver_test(context, facts, to, *notifier);
        if (result.outcome == notify::DeliveryOutcome::accepted)
            return setup.dialogue.say("test_mail_sent", {{"to", listed_for_terminal(to)}});
        setup.dialogue.say("test_mail_failed", {{"detail", for_terminal(result.detail)}});
        if (result.reason != "auth" || tries == 1 || !renew_smtp_password(setup, *settings.smtp))
            return setup.dialogue.say("test_mail_later");
    }
}

} // namespace mailquotad::app
