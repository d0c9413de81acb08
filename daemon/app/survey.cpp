// `mailquotad survey`: what fills one mailbox, and what to do about it.
#include "app/commands.h"
#include "app/context.h"
#include "app/look.h"
#include "app/progress_bar.h"
#include "app/survey_output.h"
#include "app/surveys.h"
#include "core/escape.h"
#include "os/clock.h"

#include <iostream>

namespace mailquotad::app {

namespace {

/// Why only folder sizes are looked at; empty where single messages may be.
std::string obstacle(const settings::Mailbox& mailbox, bool once) {
    if (mailbox.protocol != Protocol::imap)
        return "POP3 shows no dates and no other folders, so there are only totals";
    if (mailbox.depth != settings::Depth::sizes && !once)
        return "only folder sizes: the settings say depth = \"totals\" for this mailbox. With the owner's consent "
               "write "
               "depth = \"sizes\" there, or add --once to look at sizes and dates of the messages once, without "
               "keeping anything";
    return "";
}

void keep(CommandStore& store, const settings::Mailbox& mailbox, ProbeFinished& finished, const CountsByRole& counts) {
    if (!store.database || !store.writable)
        return;
    try {
        store.database->save_probe_memory(mailbox.slug, finished.report.memory);
        keep_counts(*store.database, mailbox.slug, counts);
        if (finished.survey && mailbox.depth == settings::Depth::sizes)
            store.database->save_survey(mailbox.slug, *finished.survey);
    } catch (const store::StoreError& error) {
        std::cerr << "warning: the survey could not be kept: " << error.what() << '\n';
    }
}

ProbeFinished look(const settings::Settings& settings, const settings::Mailbox& mailbox, CommandStore& store,
                   bool with_messages) {
    auto* database = store.database ? &*store.database : nullptr;
    if (!with_messages)
        return look_now(probe_job(settings, mailbox, database, hash_key_of(store)), store);
    const bool goes_on = database != nullptr && mailbox.depth == settings::Depth::sizes;
    ProbeJob job = survey_job(settings, mailbox, database, hash_key_of(store),
                              goes_on ? database->survey(mailbox.slug).value_or(Survey{}) : Survey{});
    ProgressBar bar("messages");
    job.survey_progress = [&bar](std::int64_t done, std::int64_t all) { bar.show(done, all); };
    return look_now(job, store);
}

} // namespace

int command_survey(const MailboxOptions& options) {
    settings::Settings settings = load_settings(config_file(options.common.config), kExitUnknown);
    CommandStore store = open_store(settings);
    const settings::Mailbox& mailbox = find_mailbox(settings, options.address, kExitUnknown);
    const std::string why_not = obstacle(mailbox, options.once);
    if (!why_not.empty())
        std::cerr << "note: " << why_not << '\n';
    const Time now = os::SystemClock().now();
    ProbeFinished finished = look(settings, mailbox, store, why_not.empty());
    SurveyResult result{.check = check_result(mailbox, finished.report), .survey = {}, .advice = {}, .counts = {}};
    if (store.database)
        result.counts = known_counts(*store.database, mailbox.slug);
    const Snapshot* snapshot = finished.report.snapshot();
    if (snapshot != nullptr)
        result.counts = learn_counts(*snapshot, result.counts);
    keep(store, mailbox, finished, result.counts); // a survey that broke off too: the next one goes on there
    if (snapshot != nullptr) {
        result.survey = std::move(finished.survey);
        result.advice = advice_for(settings, mailbox,
                                   {.snapshot = *snapshot,
                                    .assessment = result.check.assessment,
                                    .survey = result.survey ? &*result.survey : nullptr,
                                    .counts = result.counts},
                                   now);
    }
    switch (options.format) {
    case OutputFormat::json:
        print(survey_json(result, now));
        break;
    case OutputFormat::csv:
        print(survey_csv(result));
        break;
    default:
        print(survey_table(result, look_of(1)));
    }
    return result.check.failure ? kExitUnknown : 0;
}

} // namespace mailquotad::app
