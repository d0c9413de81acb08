// `mailquotad announce` and `privacy-notice`: what owners are told before the first mail, made of the real settings.
#include "app/commands.h"
#include "app/context.h"
#include "app/owner_text.h"
#include "core/escape.h"
#include "notify/plain_words.h"
#include "os/clock.h"
#include "text/numbers.h"

#include <algorithm>
#include <cstdlib>

namespace mailquotad::app {

namespace {

using text::Value;

std::string language_for(const TextOptions& options, const settings::Settings& settings,
                         const settings::Mailbox* mailbox, const text::Catalog& catalog) {
    std::string language = settings.language;
    if (mailbox != nullptr && !mailbox->owner.language.empty())
        language = mailbox->owner.language;
    if (!options.language.empty())
        language = options.language;
    if (!catalog.has(language))
        throw CommandFailed(EXIT_FAILURE, "there are no texts in the language \"" + for_terminal(language) + "\"");
    return language;
}

/// "15 minutes", as the language says it.
std::string interval_words(Seconds interval, const text::Catalog& catalog, const std::string& language) {
    const auto minutes = std::chrono::duration_cast<std::chrono::minutes>(interval).count();
    if (minutes == 0)
        return std::to_string(interval.count()) + " " + catalog.word(language, "unit.seconds");
    if (minutes % 60 == 0 && minutes > 60)
        return std::to_string(minutes / 60) + " " + catalog.word(language, "unit.hours");
    return std::to_string(minutes) + " " + catalog.word(language, "unit.minutes");
}

/// What both texts may say; every field is always there.
text::Fields fields_for(const settings::Settings& settings, const settings::Mailbox* mailbox,
                        const text::Catalog& catalog, const std::string& language) {
    const auto is_deep = [](const settings::Mailbox& one) { return one.depth == settings::Depth::sizes; };
    const auto all = static_cast<std::int64_t>(settings.mailboxes.size());
    const auto deep = mailbox != nullptr ? static_cast<std::int64_t>(is_deep(*mailbox))
                                         : std::count_if(settings.mailboxes.begin(), settings.mailboxes.end(), is_deep);
    const Wording& wording = settings.wording;
    text::Fields fields;
    fields["address"] = Value{mailbox != nullptr ? mailbox->address : std::string()};
    fields["slug"] = Value{mailbox != nullptr ? mailbox->slug : std::string()};
    fields["mailboxes"] = Value{text::count(all, language)};
    fields["sizes"] = Value{text::count(deep, language)};
    fields["any_totals"] = Value{true};
    fields["any_sizes"] = Value{deep > 0};
    fields["some_only"] = Value{mailbox == nullptr && deep < all};
    fields["formal"] = Value{wording.formal};
    fields["webmaster"] =
        Value{wording.webmaster.empty() ? catalog.word(language, "sender.webmaster") : wording.webmaster};
    fields["contact"] = Value{wording.contact};
    fields["sender"] = Value{settings.smtp ? settings.smtp->from : catalog.word(language, "sender.webmaster")};
    fields["smtp"] = Value{settings.smtp ? settings.smtp->endpoint.host : std::string()};
    fields["webhooks"] = Value{!settings.webhooks.empty()};
    fields["http"] = Value{!settings.http.address.empty()};
    fields["place"] = Value{settings.state_directory.string()};
    fields["interval"] = Value{interval_words(settings.poll.interval, catalog, language)};
    fields["today"] = Value{text::date(os::local_time(os::SystemClock().now()).day, language)};
    return fields;
}

/// What only the owner of one mailbox is told.
void add_owner(text::Fields& fields, const settings::Settings& settings, const settings::Mailbox& mailbox,
               const text::Catalog& catalog, const std::string& language) {
    const settings::Owner& owner = mailbox.owner;
    std::string second;
    for (const std::string& address : owner.mail)
        second += (second.empty() ? "" : ", ") + address;
    const std::string form = settings.wording.formal ? "form.formal." : "form.informal.";
    for (const char* const word : {"hello", "your", "your_start", "ask_back"})
        fields["form_" + std::string(word)] = Value{catalog.word(language, form + word)};
    fields["owner_name"] = Value{owner.name};
    fields["short_name"] = Value{mailbox.address.substr(0, mailbox.address.find('@'))};
    fields["second"] = Value{second};
    fields["codeword"] = Value{owner.codeword};
    fields["program"] = Value{load_guides().guide(owner.client.empty() ? "webmail" : owner.client, language).name};
}

/// The subject of a real notice, so that people recognise it.
std::string example_subject(const text::Catalog& catalog, const std::string& language) {
    const text::Fields fields = {{"test", Value{false}},         {"short_name", Value{std::string("kim.muster")}},
                                 {"has_level", Value{true}},     {"percent", Value{text::percent(0.83, language)}},
                                 {"is_all_clear", Value{false}}, {"no_limit", Value{false}}};
    return catalog.render(language, "notice_subject.txt", fields);
}

int print_text(const TextOptions& options, const std::string& name) {
    settings::Settings settings = load_settings(config_file(options.common.config), EXIT_FAILURE);
    const CommandStore store = open_store(settings); // for the slug
    const text::Catalog catalog = load_catalog();
    const settings::Mailbox* const mailbox =
        options.address.empty() ? nullptr : &find_mailbox(settings, options.address, EXIT_FAILURE);
    print(owner_text(name, settings, mailbox, catalog, language_for(options, settings, mailbox, catalog)));
    return EXIT_SUCCESS;
}

} // namespace

std::string owner_text(const std::string& name, const settings::Settings& settings, const settings::Mailbox* mailbox,
                       const text::Catalog& catalog, const std::string& language) {
    text::Fields fields = fields_for(settings, mailbox, catalog, language);
    fields["subject"] = Value{example_subject(catalog, language)};
    if (mailbox != nullptr)
        add_owner(fields, settings, *mailbox, catalog, language);
    return notify::wrap(catalog.render(language, name, fields));
}

int command_announce(const TextOptions& options) {
    return print_text(options, options.address.empty() ? "announce.txt" : "enrol.txt");
}

int command_privacy_notice(const TextOptions& options) {
    return print_text(options, "privacy_notice.txt");
}

} // namespace mailquotad::app
