#include "app/refusals.h"

#include "app/news.h"

#include <nlohmann/json.hpp>
#include <spdlog/spdlog.h>

#include <algorithm>

namespace mailquotad::app {

namespace {

using nlohmann::json;

bool goes_to_mailbox(const store::OutboxRow& row, const settings::Mailbox& mailbox) {
    return row.recipient != store::Recipient::admin && row.recipient != store::Recipient::webhook &&
           std::find(row.to.begin(), row.to.end(), mailbox.address) != row.to.end();
}

notify::AdminEvent refusal_event(const MailContext& context, const settings::Mailbox& mailbox,
                                 const store::OutboxRow& row, const std::string& answer, bool others_have_it) {
    notify::AdminEvent event;
    event.kind = AdminEventKind::mail_refused;
    // Once an episode, however often the mail is tried anew.
    event.key = mailbox.slug + '.' + std::to_string(row.episode) + (others_have_it ? ".one" : ".all");
    event.slug = mailbox.slug;
    event.server = mailbox.server;
    event.stage = row.stage;
    event.address = mailbox.address;
    event.at = context.now;
    event.title = sentence(context, "news.mail_refused_title", {{"mailbox", mailbox.slug}});
    event.text = sentence(context, others_have_it ? "news.mail_refused_one" : "news.mail_refused_all",
                          {{"mailbox", mailbox.slug}, {"answer", answer}});
    return event;
}

} // namespace

std::optional<Time> refused_for_space_at(store::Database& database, const std::string& slug) {
    const auto text = database.note(slug, kRefusedNote);
    const json value = text ? json::parse(*text, nullptr, false) : json();
    if (!value.is_object() || !value.contains("at") || !value["at"].is_string())
        return std::nullopt;
    return parse_utc(value["at"].get<std::string>());
}

void note_refused_for_space(store::Database& database, const std::string& slug, const std::string& by, Time at) {
    database.save_note(slug, kRefusedNote, json{{"at", format_utc(at)}, {"by", by}}.dump());
}

namespace {

void follow_refusal(store::Database& database, const MailContext& context, const settings::Mailbox& mailbox,
                    const store::OutboxRow& row, const notify::DeliveryResult& result, notify::OutboxChange change) {
    const bool refused = result.outcome == notify::DeliveryOutcome::refused;
    if ((refused || change == notify::OutboxChange::deferred) && goes_to_mailbox(row, mailbox) &&
        notify::is_lack_of_space(result.detail))
        note_refused_for_space(database, mailbox.slug, "smtp", context.now);
    if (row.recipient != store::Recipient::owner)
        return;
    const bool some_refused = change == notify::OutboxChange::sent && !result.refused_recipients.empty();
    if (change == notify::OutboxChange::failed || some_refused) {
        // The answer to a mail that some took names those who did not: their addresses stay here.
        const std::string answer = some_refused ? std::string() : result.reason;
        const bool others = some_refused || row.to.size() > 1;
        try {
            tell_webmaster(database, context, refusal_event(context, mailbox, row, answer, others));
        } catch (const text::CatalogError& error) { // a broken text must not keep the fact out of the database
            spdlog::error("{}: the webmaster cannot be told of a refused mail: {}", mailbox.slug, error.what());
        }
    }
}

} // namespace

void settle_and_follow(store::Database& database, const MailContext& context, const settings::Mailbox* mailbox,
                       const store::OutboxRow& row, const notify::DeliveryResult& result) {
    notify::settle(database, row, result, context.now, [&](notify::OutboxChange change) {
        if (mailbox != nullptr)
            follow_refusal(database, context, *mailbox, row, result, change);
    });
}

} // namespace mailquotad::app
