// `mailquotad check-config`: the production path up to the first connection, and every problem on the way.
#include "app/channels.h"
#include "app/commands.h"
#include "app/context.h"
#include "app/mailbox_notes.h"
#include "core/escape.h"
#include "settings/secret_reader.h"

#include <algorithm>
#include <iostream>
#include <vector>

namespace mailquotad::app {

namespace {

/// Reads a secret as the daemon would; prints what is wrong. True where it can be read.
bool try_secret(const std::string& owner, const settings::SecretReference& reference) {
    std::vector<std::string> warnings;
    const auto secret = settings::read_secret(reference, settings::secret_places(), warnings);
    for (const std::string& warning : warnings)
        std::cerr << owner << ": warning: " << warning << '\n';
    if (const auto* error = std::get_if<settings::SecretError>(&secret)) {
        std::cerr << owner << ": " << error->message << '\n';
        return false;
    }
    return true;
}

int unreadable_secrets(const settings::Settings& settings) {
    int unreadable = 0;
    std::vector<const settings::SecretReference*> tried; // one of many mailboxes is tried once
    const auto try_once = [&](const std::string& owner, const settings::SecretReference& reference) {
        const auto same = [&](const settings::SecretReference* other) { return *other == reference; };
        if (std::find_if(tried.begin(), tried.end(), same) != tried.end())
            return;
        tried.push_back(&reference);
        unreadable += try_secret(owner, reference) ? 0 : 1;
    };
    for (const settings::Mailbox& mailbox : settings.mailboxes) {
        if (!mailbox.by_administrator)
            try_once("mailbox " + for_terminal(mailbox.address), mailbox.password);
    }
    for (const auto& [key, server] : settings.servers) {
        if (server.administrator)
            try_once("server." + key + ".quota_administrator", server.administrator->password);
    }
    if (settings.smtp && settings.smtp->password)
        unreadable += try_secret("smtp", *settings.smtp->password) ? 0 : 1;
    if (settings.bounces)
        unreadable += try_secret("bounces", settings.bounces->password) ? 0 : 1;
    for (const settings::Webhook& webhook : settings.webhooks) {
        if (webhook.url_secret)
            unreadable += try_secret("webhook " + webhook.name, *webhook.url_secret) ? 0 : 1;
        for (const settings::WebhookHeader& header : webhook.headers)
            unreadable += !header.secret || try_secret("webhook " + webhook.name, *header.secret) ? 0 : 1;
    }
    return unreadable;
}

int wrong_bodies(const settings::Settings& settings) {
    const auto problems = problems_of_bodies(settings.webhooks);
    for (const std::string& problem : problems)
        std::cerr << for_terminal(problem) << '\n';
    return static_cast<int>(problems.size());
}

} // namespace

int command_check_config(const CommonOptions& options) {
    const std::filesystem::path file = config_file(options.config);
    const settings::Settings settings = load_settings(file, kExitBadSettings);
    load_catalog();
    load_guides();
    for (const std::string& remark : remarks_on(settings))
        std::cerr << "note: " << remark << '\n';
    if (unreadable_secrets(settings) + wrong_bodies(settings) > 0)
        return kExitBadSettings;
    print(for_terminal(file.string()) + ": good, " + std::to_string(settings.mailboxes.size()) + " mailboxes at " +
          std::to_string(settings.servers.size()) + " servers\n");
    return 0;
}

} // namespace mailquotad::app
