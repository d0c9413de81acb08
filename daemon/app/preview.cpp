// `mailquotad preview` and `test-mail`: the mail as it would go out, shown or really sent.
#include "app/commands.h"
#include "app/context.h"
#include "app/look.h"
#include "app/mails.h"
#include "app/outlook.h"
#include "app/smtp_options.h"
#include "app/surveys.h"
#include "app/test_mail.h"
#include "core/escape.h"
#include "net/connect.h"
#include "notify/smtp.h"
#include "os/clock.h"

#include <cstdlib>
#include <iostream>

namespace mailquotad::app {

namespace {

/// A fresh look at one mailbox; throws CommandFailed where it fails.
Snapshot look_at(settings::Settings& settings, const settings::Mailbox& mailbox, CommandStore& store) {
    auto* database = store.database ? &*store.database : nullptr;
    const ProbeFinished finished = look_now(probe_job(settings, mailbox, database, hash_key_of(store)), store);
    if (const ProbeFailure* failure = finished.report.failure())
        throw CommandFailed(EXIT_FAILURE, failure_words(mailbox, *failure));
    return *finished.report.snapshot();
}

Stage stage_option(const MailboxOptions& options, const Assessment& assessment) {
    if (options.stage.empty())
        return std::max(assessment.stage.value_or(Stage::ok), Stage::warning);
    const auto stage = parse_stage(options.stage);
    if (!stage)
        throw CommandFailed(EXIT_FAILURE, "bad --stage \"" + for_terminal(options.stage) +
                                              "\": allowed are ok (the all-clear), notice, warning, urgent, full");
    return *stage;
}

notify::NoticeFacts preview_facts(const MailContext& context, const settings::Mailbox& mailbox,
                                  const Snapshot& snapshot, const MailboxOptions& options, CommandStore& store) {
    const Assessment assessment = assess_once(judge(snapshot, mailbox.policy, Outlook{}));
    const Stage stage = stage_option(options, assessment);
    const auto kind = stage == Stage::ok ? NotificationKind::all_clear : NotificationKind::warning;
    notify::NoticeFacts facts =
        notice_facts(context, mailbox, assessment, snapshot, {.kind = kind, .stage = stage, .episode = 1, .number = 1});
    facts.advice = stored_advice(store.database ? &*store.database : nullptr, context.settings, mailbox, snapshot,
                                 assessment, context.now);
    if (!options.language.empty()) {
        if (!context.catalog.has(options.language))
            throw CommandFailed(EXIT_FAILURE,
                                "there are no texts in the language \"" + for_terminal(options.language) + "\"");
        facts.language = options.language;
        facts.guide =
            context.guides->guide(mailbox.owner.client.empty() ? "webmail" : mailbox.owner.client, options.language);
    }
    if (facts.from.empty())
        facts.from = "Webmaster <webmaster@localhost>";
    facts.message_id = "preview." + mailbox.slug + "@localhost";
    return facts;
}

} // namespace

int command_preview(const MailboxOptions& options) {
    settings::Settings settings = load_settings(config_file(options.common.config), EXIT_FAILURE);
    CommandStore store = open_store(settings);
    const settings::Mailbox& mailbox = find_mailbox(settings, options.address, EXIT_FAILURE);
    const text::Catalog catalog = load_catalog();
    const text::ClientGuides guides = load_guides();
    const std::string no_key = "mailquotad";
    const MailContext context{.settings = settings,
                              .catalog = catalog,
                              .guides = &guides,
                              .hash_key = store.database ? store.database->hash_key() : no_key,
                              .now = os::SystemClock().now()};
    const Snapshot snapshot = look_at(settings, mailbox, store);
    notify::NoticeFacts facts = preview_facts(context, mailbox, snapshot, options, store);
    if (store.database)
        facts.forecast = stored_forecast(*store.database, mailbox.slug, context.now).forecast;
    const notify::Message message = notify::compose_notice(facts, catalog);
    switch (options.format) {
    case OutputFormat::html:
        print(message.html);
        break;
    case OutputFormat::eml:
        print(notify::to_rfc5322(message));
        break;
    default:
        print("Subject: " + for_terminal(message.subject) + "\n\n" + message.text);
    }
    return EXIT_SUCCESS;
}

int command_test_mail(const MailboxOptions& options) {
    settings::Settings settings = load_settings(config_file(options.common.config), EXIT_FAILURE);
    if (!settings.smtp)
        throw CommandFailed(EXIT_FAILURE, "there is no [smtp] in the settings: no mail can be sent");
    CommandStore store = open_store(settings);
    const text::Catalog catalog = load_catalog();
    const text::ClientGuides guides = load_guides();
    const os::SystemClock clock;
    const settings::Mailbox& mailbox =
        options.address.empty() ? settings.mailboxes.front() : find_mailbox(settings, options.address, EXIT_FAILURE);
    const std::string no_key = "mailquotad";
    const MailContext context{.settings = settings,
                              .catalog = catalog,
                              .guides = &guides,
                              .hash_key = store.database ? store.database->hash_key() : no_key,
                              .now = clock.now()};
    const Snapshot snapshot = look_at(settings, mailbox, store);
    const notify::NoticeFacts facts = preview_facts(context, mailbox, snapshot, options, store);
    const auto to = options.address.empty() ? webmasters_of(*settings.smtp) : facts.to;
    net::TcpConnector connector;
    notify::SmtpNotifier notifier(smtp_options(*settings.smtp), connector);
    const notify::DeliveryResult result = deliver_test(context, facts, to, notifier);
    if (result.outcome != notify::DeliveryOutcome::accepted)
        throw CommandFailed(EXIT_FAILURE, "the test mail was not accepted: " + for_terminal(result.detail));
    print("The test mail to " + listed_for_terminal(to) + " was accepted by " +
          for_terminal(to_string(settings.smtp->endpoint)) + ".\n");
    return EXIT_SUCCESS;
}

} // namespace mailquotad::app
