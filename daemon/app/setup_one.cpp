// `mailquotad setup` for one mailbox.
#include "app/setup.h"

#include "core/escape.h"
#include "settings/placeholders.h"
#include "settings/values.h"

#include <algorithm>
#include <cstdlib>

namespace mailquotad::app {

namespace {

using settings::Mailbox;

/// Asks until the answer is right. A wrong option, or a wrong answer where nothing can be asked again, ends it.
template <class IsRight>
std::string ask_until(Setup& setup, const std::string& key, const std::string& given, const std::string& proposed,
                      IsRight is_right, const std::string& wrong_key, const notify::Blanks& blanks = {}) {
    std::string answer = given.empty() ? setup.dialogue.ask(key, proposed, blanks) : given;
    while (!is_right(answer)) {
        const std::string wrong = setup.dialogue.words(wrong_key, {{"text", for_terminal(answer)}});
        if (!given.empty() || !setup.dialogue.asks())
            throw CommandFailed(EXIT_FAILURE, wrong);
        setup.dialogue.terminal().say(wrong);
        answer = setup.dialogue.ask(key, proposed, blanks);
    }
    return answer;
}

std::string language_of(Setup& setup, const std::string& key) {
    std::string known;
    for (const std::string& language : setup.world.catalog.languages())
        known += (known.empty() ? "" : ", ") + language;
    return ask_until(setup, key, setup.options.language, setup.dialogue.language(),
                     [&](const std::string& language) { return setup.world.catalog.has(language); }, "no_language",
                     {{"known", known}});
}

/// The programs for which there are steps in a language: key and name.
std::vector<std::string> clients_in(const Setup& setup, const std::string& language, std::string& names) {
    std::vector<std::string> keys;
    for (const text::ClientGuide& guide : setup.world.guides.all()) {
        if (guide.language != language)
            continue;
        keys.push_back(guide.client);
        names += (names.empty() ? "" : ", ") + guide.client;
    }
    return keys;
}

std::string client_of(Setup& setup, const std::string& language) {
    std::string names;
    const auto known = clients_in(setup, language, names);
    return ask_until(setup, "client", setup.options.client, {},
                     [&](const std::string& client) {
                         return client.empty() || std::find(known.begin(), known.end(), client) != known.end();
                     },
                     "no_client", {{"known", names}});
}

std::vector<std::string> second_addresses(Setup& setup) {
    const auto is_right = [](const std::string& mail) { return mail.empty() || settings::is_mail_address(mail); };
    if (setup.options.owner_mail.empty()) {
        const std::string mail = ask_until(setup, "owner_mail", {}, {}, is_right, "no_address");
        return mail.empty() ? std::vector<std::string>() : std::vector{mail};
    }
    for (const std::string& mail : setup.options.owner_mail)
        ask_until(setup, "owner_mail", mail, {}, is_right, "no_address");
    return setup.options.owner_mail;
}

/// The login: an option, else what the server says for all its mailboxes, else the address.
void set_login(Mailbox& mailbox, const settings::Server& server, const std::string& given) {
    const auto names = settings::placeholders_of(mailbox.address);
    const std::string standard = server.username.empty() ? "{address}" : server.username;
    mailbox.username = given.empty() ? settings::filled(standard, names).value_or(mailbox.address) : given;
    mailbox.authorize_as = settings::filled(server.authorize_as, names).value_or("");
    if (given.empty() && standard != "{address}" && settings::has_placeholder(standard))
        mailbox.shared_login = standard;
}

/// A server that lets nobody see the limit: the webmaster knows it.
void ask_for_limit(Setup& setup, Mailbox& mailbox, const Snapshot& snapshot) {
    const bool is_told = snapshot.limit_source == LimitSource::server || snapshot.limit_source == LimitSource::settings;
    if (is_told || (setup.options.limit.empty() && !setup.dialogue.asks()))
        return;
    const auto is_size = [](const std::string& text) {
        const auto size = parse_byte_size(text);
        return text.empty() || (size && size->bytes > 0);
    };
    const std::string key = snapshot.limit_source == LimitSource::none ? "limit_none" : "limit_not_told";
    const std::string text = ask_until(setup, key, setup.options.limit, {}, is_size, "no_size");
    mailbox.limit = parse_byte_size(text);
}

/// Logs in as the server of the mailbox asks for; the password becomes a credential of the plan.
Snapshot prove(Setup& setup, Mailbox& mailbox) {
    const auto& options = setup.options;
    const settings::Settings trial = setup.planned();
    const settings::Server& server = trial.server_of(mailbox);
    if (server.password || server.administrator) { // a master user's: nothing to be stored
        mailbox.password = server.password.value_or(settings::SecretReference{});
        mailbox.by_administrator = !server.password;
    } else if (!options.password_command.empty()) {
        mailbox.password = {
            .form = settings::SecretReference::Form::command, .value = {}, .command = options.password_command};
    } else {
        const LoggedIn in = log_in_by_dialogue(setup.dialogue, trial, mailbox, given_password(options.password_file),
                                               setup.world.probe_world(), setup.store);
        mailbox.username = in.username;
        setup.keep(mailbox.password.value, in.password);
        return in.snapshot;
    }
    const ProbeReport report = try_look(trial, mailbox, setup.world.probe_world(), setup.store);
    if (const ProbeFailure* failure = report.failure())
        throw SetupEnded(setup.dialogue.words("login_failed", {{"kind", std::string(to_string(failure->kind))},
                                                               {"detail", for_terminal(failure->detail)}}));
    if (server.password)
        mailbox.password = {}; // the server's, and not said twice
    return *report.snapshot();
}

/// Everything about a mailbox that the settings do not have yet.
std::optional<Snapshot> plan_mailbox(Setup& setup, const std::string& address) {
    Mailbox mailbox = new_mailbox(setup, address);
    std::optional<Snapshot> snapshot;
    if (!setup.options.later) {
        snapshot = prove(setup, mailbox);
        setup.dialogue.terminal().say('\n' + seen_in(mailbox, *snapshot));
        ask_for_limit(setup, mailbox, *snapshot);
    }
    mailbox.owner = owner_of(setup, address);
    setup.plan.addition.mailboxes.push_back(mailbox);
    return snapshot;
}

int finish(Setup& setup, const Mailbox& mailbox, const std::optional<Snapshot>& snapshot) {
    if (!show_and_confirm(setup))
        return EXIT_SUCCESS;
    write_and_tell(setup);
    if (snapshot)
        offer_test_mail(setup, mailbox, *snapshot);
    else
        setup.dialogue.say("later", {{"address", for_terminal(mailbox.address)}});
    tell_next_step(setup);
    return EXIT_SUCCESS;
}

} // namespace

void plan_file(Setup& setup) {
    if (setup.file.exists)
        return;
    const std::string language = language_of(setup, "language");
    setup.dialogue.speak(language);
    const auto is_zone = [](const std::string& zone) { return zone.empty() || settings::is_known_zone(zone); };
    setup.plan.addition.file =
        settings::NewFile{.heading = setup.dialogue.words("heading"),
                          .language = language,
                          .timezone = ask_until(setup, "timezone", setup.options.timezone, {}, is_zone, "no_zone")};
}

std::string address_of(Setup& setup) {
    return ask_until(
        setup, "address", setup.options.address, {},
        [](const std::string& address) { return settings::is_mail_address(address); }, "no_address");
}

settings::Owner owner_of(Setup& setup, const std::string& address) {
    settings::Owner owner;
    const std::string standard = setup.planned().language;
    owner.name = setup.options.owner_name.empty() ? setup.dialogue.ask("owner_name") : setup.options.owner_name;
    owner.mail = second_addresses(setup);
    if (owner.mail == std::vector{address})
        setup.dialogue.say("same_address");
    const std::string language = language_of(setup, "owner_language");
    owner.language = language == standard ? "" : language;
    owner.client = client_of(setup, language);
    return owner;
}

settings::Mailbox new_mailbox(Setup& setup, const std::string& address) {
    const auto& options = setup.options;
    const FoundServer found = setup.search.mailbox_server(address, options.server, setup.trust(), setup.planned());
    if (found.is_new)
        setup.plan.addition.servers.push_back(found.entry);
    Mailbox mailbox;
    mailbox.address = address;
    mailbox.server = found.entry.server.key;
    set_login(mailbox, found.entry.server, options.username);
    mailbox.protocol = found.protocol;
    mailbox.slug = options.slug.empty() ? "new" : options.slug;
    mailbox.slug_is_derived = options.slug.empty();
    mailbox.policy = setup.file.base.policy;
    mailbox.password.value = credential_name(address, setup.file, setup.plan, setup.world.secrets.credentials_folder);
    return mailbox;
}

Snapshot renew_password(Setup& setup, const Mailbox& mailbox) {
    if (mailbox.by_administrator || mailbox.password.form != settings::SecretReference::Form::credential)
        throw CommandFailed(EXIT_FAILURE,
                            setup.dialogue.words("password_elsewhere", {{"address", for_terminal(mailbox.address)}}));
    if (!setup.options.owner)
        setup.dialogue.say("renewing", {{"address", for_terminal(mailbox.address)}});
    const LoggedIn in =
        log_in_by_dialogue(setup.dialogue, setup.file.base, mailbox, given_password(setup.options.password_file),
                           setup.world.probe_world(), setup.store);
    if (in.username != mailbox.username)
        throw SetupEnded(setup.dialogue.words("username_differs", {{"login", for_terminal(in.username)}}));
    setup.keep(mailbox.password.value, in.password);
    setup.dialogue.terminal().say('\n' + seen_in(mailbox, in.snapshot));
    return in.snapshot;
}

int set_up_smtp(Setup& setup) {
    plan_smtp(setup, setup.file.base.mailboxes.front());
    if (!show_and_confirm(setup))
        return EXIT_SUCCESS;
    write_and_tell(setup);
    setup.dialogue.say("test_mail_later");
    tell_next_step(setup);
    return EXIT_SUCCESS;
}

int set_up_one(Setup& setup) {
    if (setup.dialogue.asks())
        setup.dialogue.say("welcome");
    plan_file(setup);
    const std::string address = address_of(setup);
    if (const Mailbox* known = setup.file.base.find(address)) {
        const Snapshot snapshot = renew_password(setup, *known);
        return finish(setup, *known, snapshot);
    }
    const auto snapshot = plan_mailbox(setup, address);
    const Mailbox mailbox = setup.plan.addition.mailboxes.back();
    plan_smtp(setup, mailbox);
    return finish(setup, mailbox, snapshot);
}

} // namespace mailquotad::app
