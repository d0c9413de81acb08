#include "app/setup_find.h"

#include "app/context.h"
#include "app/setup_reach.h"
#include "core/escape.h"

#include <algorithm>
#include <cstdlib>

namespace mailquotad::app {

namespace {

using settings::NewServer;
using settings::Settings;

/// "verein" of "verein.example", or the preset's name; another one where the settings have that already.
std::string new_key(const std::string& wish, const Settings& base) {
    std::string key = wish.substr(0, wish.find('.')).substr(0, 30);
    const std::string name = key;
    for (int number = 2; base.servers.contains(key); ++number)
        key = name + '-' + std::to_string(number);
    return key;
}

Protocol protocol_of(const settings::Server& server) {
    return server.imap ? Protocol::imap : Protocol::pop3;
}

FoundServer known(const settings::Server& server) {
    return {.entry = {.server = server, .preset = {}, .domain = {}}, .is_new = false, .protocol = protocol_of(server)};
}

/// The server that the settings use for another mailbox of this domain.
const settings::Server* server_for(const std::string& domain, const Settings& base) {
    const auto found = std::find_if(base.mailboxes.begin(), base.mailboxes.end(), [&](const auto& mailbox) {
        return settings::is_within(domain, domain_of(mailbox.address)) &&
               settings::is_within(domain_of(mailbox.address), domain);
    });
    return found == base.mailboxes.end() ? nullptr : &base.server_of(*found);
}

std::string scheme_of(Protocol protocol) {
    return protocol == Protocol::smtp ? "smtps://" : "imaps://";
}

} // namespace

std::string domain_of(const std::string& address) {
    const auto at = address.rfind('@');
    return at == std::string::npos ? "" : address.substr(at + 1);
}

bool ServerSearch::is_allowed(const Candidate& candidate, const std::string& domain) {
    const std::string& host = candidate.endpoint.host;
    if (settings::is_within(host, domain) || agreed_hosts_.contains(host))
        return true;
    if (!dialogue_.asks()) {
        not_allowed_.push_back(to_string(candidate.endpoint));
        return false;
    }
    const bool agreed =
        dialogue_.confirm("foreign_host", false,
                          {{"server", for_terminal(to_string(candidate.endpoint))},
                           {"domain", for_terminal(domain)},
                           {"origin", dialogue_.words(candidate.origin, {{"name", candidate.preset}})}});
    if (agreed)
        agreed_hosts_.insert(host);
    return agreed;
}

std::optional<Candidate> ServerSearch::first_good(const std::vector<Candidate>& candidates, const std::string& domain,
                                                  const Trust& trust) {
    for (const Candidate& candidate : candidates) {
        const std::string url = to_string(candidate.endpoint);
        if (!tried_.insert(url).second)
            continue;
        if (const auto problem = reach_problem(candidate.endpoint, trust, connector_)) {
            dialogue_.say("not_there", {{"server", for_terminal(url)}, {"problem", for_terminal(*problem)}});
            continue;
        }
        dialogue_.say("is_there", {{"server", for_terminal(url)}});
        if (is_allowed(candidate, domain))
            return candidate;
    }
    return std::nullopt;
}

/// What a person typed; a bare host is one with TLS from the first byte.
Endpoint ServerSearch::typed(const std::string& text, Protocol bare, const Trust& trust) {
    const auto url = parse_server_url(text.find("://") == std::string::npos ? scheme_of(bare) + text : text);
    const bool fits =
        url && url->user.empty() && (url->endpoint.protocol == Protocol::smtp) == (bare == Protocol::smtp);
    if (!fits)
        throw CommandFailed(EXIT_FAILURE, dialogue_.words("no_server_name", {{"text", for_terminal(text)}}));
    if (const auto problem = reach_problem(url->endpoint, trust, connector_))
        throw CommandFailed(EXIT_FAILURE,
                            dialogue_.words("not_there", {{"server", for_terminal(to_string(url->endpoint))},
                                                          {"problem", for_terminal(*problem)}}));
    agreed_hosts_.insert(url->endpoint.host);
    return url->endpoint;
}

FoundServer ServerSearch::made_of(const Candidate& candidate, const std::string& domain, const Trust& trust,
                                  const Settings& base) {
    FoundServer found;
    found.protocol = candidate.endpoint.protocol;
    if (!candidate.preset.empty()) {
        const auto presets = settings::provider_presets(data_);
        const auto preset =
            std::find_if(presets.begin(), presets.end(), [&](const auto& one) { return one.name == candidate.preset; });
        found.entry.preset = candidate.preset;
        found.entry.domain = preset->wants_domain ? domain : "";
        found.entry.server =
            settings::server_of_preset(candidate.preset, found.entry.domain, trust, data_).value_or(settings::Server{});
        if (!preset->note.empty())
            dialogue_.say("preset_note", {{"note", preset->note}});
    } else {
        (found.protocol == Protocol::pop3 ? found.entry.server.pop3 : found.entry.server.imap) = candidate.endpoint;
        found.entry.server.trust = trust;
    }
    found.entry.server.key = new_key(candidate.preset.empty() ? domain : candidate.preset, base);
    return found;
}

FoundServer ServerSearch::named_server(const std::string& domain, const std::string& named, const Trust& trust,
                                       const Settings& base) {
    if (const auto server = base.servers.find(named); server != base.servers.end())
        return known(server->second);
    Candidate candidate;
    if (const auto server = settings::server_of_preset(named, domain, trust, data_);
        server && (server->imap || server->pop3)) {
        candidate = {.endpoint = server->imap ? *server->imap : *server->pop3, .preset = named, .origin = {}};
        agreed_hosts_.insert(candidate.endpoint.host);
        if (const auto problem = reach_problem(candidate.endpoint, trust, connector_))
            throw CommandFailed(EXIT_FAILURE,
                                dialogue_.words("not_there", {{"server", for_terminal(to_string(candidate.endpoint))},
                                                              {"problem", for_terminal(*problem)}}));
    } else {
        candidate.endpoint = typed(named, Protocol::imap, trust);
    }
    for (const auto& [key, server] : base.servers) { // the same one under a name that exists
        if (server.imap == candidate.endpoint || server.pop3 == candidate.endpoint)
            return known(server);
    }
    return made_of(candidate, domain, trust, base);
}

FoundServer ServerSearch::ask_for_server(const std::string& domain, const Trust& trust, const Settings& base) {
    while (true) {
        const std::string answer = dialogue_.ask("which_server");
        if (answer.empty())
            throw SetupEnded(dialogue_.words("ended"));
        try {
            return named_server(domain, answer, trust, base);
        } catch (const CommandFailed& failed) {
            dialogue_.terminal().say(failed.what());
        }
    }
}

FoundServer ServerSearch::mailbox_server(const std::string& address, const std::string& named, const Trust& trust,
                                         const Settings& base) {
    const std::string domain = domain_of(address);
    if (!named.empty())
        return named_server(domain, named, trust, base);
    if (const settings::Server* server = server_for(domain, base)) {
        if (tried_.insert(server->key).second) // said once, not for each line of a list
            dialogue_.say("known_server", {{"server", server->key}, {"domain", for_terminal(domain)}});
        return known(*server);
    }
    dialogue_.say("searching", {{"domain", for_terminal(domain)}});
    auto good = first_good(preset_candidates(domain, {}, data_), domain, trust);
    if (!good) {
        const auto mail_hosts = names_.mail_hosts(domain);
        good = first_good(preset_candidates(domain, mail_hosts, data_), domain, trust);
        if (!good)
            good = first_good(mailbox_candidates(domain, mail_hosts, names_), domain, trust);
    }
    if (good)
        return made_of(*good, domain, trust, base);
    if (dialogue_.asks())
        return ask_for_server(domain, trust, base);
    std::string text = dialogue_.words("nothing_found", {{"domain", for_terminal(domain)}});
    for (const std::string& url : not_allowed_)
        text += '\n' + dialogue_.words("name_it", {{"server", for_terminal(url)}});
    throw CommandFailed(EXIT_FAILURE, text);
}

Endpoint ServerSearch::smtp_server(const std::string& address, const std::string& named, const Trust& trust,
                                   const FoundServer& mailboxes) {
    if (!named.empty())
        return typed(named, Protocol::smtp, trust);
    agreed_hosts_.insert(mailboxes.endpoint().host); // the password of a mailbox goes there already
    if (const auto& smtp = mailboxes.entry.server.smtp;
        smtp && first_good({{.endpoint = *smtp, .preset = {}, .origin = "origin_preset"}}, domain_of(address), trust))
        return *smtp;
    const auto candidates = smtp_candidates(domain_of(address), mailboxes.endpoint().host, names_);
    if (const auto good = first_good(candidates, domain_of(address), trust))
        return good->endpoint;
    while (dialogue_.asks()) {
        const std::string answer = dialogue_.ask("which_smtp");
        if (answer.empty())
            throw SetupEnded(dialogue_.words("ended"));
        try {
            return typed(answer, Protocol::smtp, trust);
        } catch (const CommandFailed& failed) {
            dialogue_.terminal().say(failed.what());
        }
    }
    throw CommandFailed(EXIT_FAILURE, dialogue_.words("no_smtp_found"));
}

} // namespace mailquotad::app
