#include "app/surveys.h"

#include "app/daemon_log.h"
#include "app/login_guard.h"
#include "app/mailbox_notes.h"

#include <algorithm>
#include <memory>
#include <utility>

namespace mailquotad::app {

namespace {

constexpr Seconds kAfterFailure = std::chrono::hours(1);
constexpr Seconds kAfterCleaning = std::chrono::hours(1);
constexpr Days kNearThreshold{1};
constexpr Days kUsually{7};
const std::string kCountsNote = "counts";

bool fits(const Survey& survey, const Snapshot& snapshot) {
    return std::all_of(std::begin(kAllFolderRoles), std::end(kAllFolderRoles),
                       [&](FolderRole role) { return survey_fits(survey, snapshot, role); });
}

/// How old a survey of this mailbox may become.
Seconds allowed_age(const MailboxRecord& record) {
    if (!fits(*record.survey, *record.snapshot))
        return kAfterCleaning;
    const bool is_near = record.assessment.stage.value_or(Stage::ok) >= Stage::notice;
    return is_near ? kNearThreshold : kUsually;
}

/// Goes to the record first, so that it stays there where the database cannot take it.
void keep_survey(store::Database& database, MailboxRecord& record, ProbeFinished& finished, Time now) {
    if (!record.here) // broken off, since another daemon looks at it now
        return record_login(database, finished.login, now);
    record.survey_failed = finished.report.failure() != nullptr;
    const bool is_allowed = record.settings->depth == settings::Depth::sizes; // the settings may have changed meanwhile
    const bool found = is_allowed && finished.survey && (!record.survey_failed || !finished.survey->folders.empty());
    if (found) {
        record.survey = std::move(finished.survey);
        for (FolderSurvey& folder : record.survey->folders)
            folder.name.clear(); // known for the duration of the look only
    }
    database.transaction([&] {
        record_login(database, finished.login, now);
        database.save_probe_memory(finished.slug, finished.report.memory);
        if (found)
            database.save_survey(finished.slug, *record.survey);
    });
}

} // namespace

bool survey_is_due(const MailboxRecord& record, const settings::Settings& settings, Time now) {
    if (record.settings->depth != settings::Depth::sizes || record.settings->protocol != Protocol::imap ||
        !record.here || !record.snapshot || record.failure)
        return false;
    const Seconds since_started = record.surveyed ? now - *record.surveyed : Seconds::max();
    if (since_started < (record.survey_failed ? kAfterFailure : settings.poll.interval))
        return false;
    if (!record.survey || !record.survey->complete)
        return true;
    return now - record.survey->surveyed_at >= allowed_age(record);
}

std::optional<ProbeJob> due_survey(const settings::Settings& settings, std::map<std::string, MailboxRecord>& records,
                                   const Prober& prober, store::Database& database, Time now) {
    MailboxRecord* oldest = nullptr;
    const auto waits_since = [](const MailboxRecord& record) { return record.surveyed.value_or(Time::min()); };
    for (auto& [slug, record] : records) {
        const bool may_run =
            survey_is_due(record, settings, now) && prober.has_room_for_survey(record.settings->server);
        if (may_run && (oldest == nullptr || waits_since(record) < waits_since(*oldest)))
            oldest = &record;
    }
    if (oldest == nullptr)
        return std::nullopt;
    oldest->surveyed = now;
    ProbeJob job =
        survey_job(settings, *oldest->settings, &database, database.hash_key(), oldest->survey.value_or(Survey{}));
    if (prober.most_of(oldest->settings->server) == 1)
        job.request.timeout = settings.poll.timeout;
    return job;
}

void take_survey(store::Database& database, MailboxRecord& record, ProbeFinished& finished,
                 const settings::Settings& settings, Time now) noexcept {
    try {
        keep_survey(database, record, finished, now);
        note_advice(database, record, settings, now);
    } catch (const std::exception& error) {
        log_lost_step(record, "keeping what a survey found", error);
    }
}

std::optional<Survey> allowed_survey(store::Database& database, const settings::Mailbox& mailbox) {
    auto survey = database.survey(mailbox.slug);
    if (!survey || mailbox.depth == settings::Depth::sizes)
        return survey;
    database.forget_survey(mailbox.slug);
    return std::nullopt;
}

void remember_survey(store::Database& database, MailboxRecord& record) {
    record.survey = allowed_survey(database, *record.settings);
    record.counts = known_counts(database, record.settings->slug);
}

AdvicePlan note_advice(store::Database& database, MailboxRecord& record, const settings::Settings& settings, Time now) {
    if (!record.snapshot)
        return {};
    CountsByRole counts = learn_counts(*record.snapshot, record.counts);
    if (counts != record.counts) {
        record.counts = std::move(counts);
        keep_counts(database, record.settings->slug, record.counts);
    }
    AdvicePlan advice = advice_for(settings, *record.settings,
                                   {.snapshot = *record.snapshot,
                                    .assessment = record.assessment,
                                    .survey = record.survey ? &*record.survey : nullptr,
                                    .forecast = record.forecast ? &*record.forecast : nullptr,
                                    .counts = record.counts},
                                   now);
    auto shown = std::make_shared<AdvicePlan>(advice);
    for (std::vector<Advice>* list : {&shown->all, &shown->plan}) {
        for (Advice& one : *list)
            one.folder.clear();
    }
    record.advice = std::move(shown);
    return advice;
}

AdvicePlan advice_for(const settings::Settings& settings, const settings::Mailbox& mailbox, const AdviceFacts& facts,
                      Time now) {
    constexpr double usual_target = 0.70;
    AdviceFacts complete = facts;
    // Below the notice, or the first step would soon be followed by the next mail.
    complete.target_ratio = std::min(usual_target, mailbox.policy.notice.used.value_or(usual_target));
    complete.pop3_offered = settings.server_of(mailbox).pop3.has_value() && mailbox.protocol == Protocol::imap;
    return advise(complete, now);
}

AdvicePlan stored_advice(store::Database* database, const settings::Settings& settings,
                         const settings::Mailbox& mailbox, const Snapshot& snapshot, const Assessment& assessment,
                         Time now) {
    std::optional<Survey> survey;
    CountsByRole counts;
    if (database != nullptr) {
        if (mailbox.depth == settings::Depth::sizes)
            survey = database->survey(mailbox.slug);
        counts = known_counts(*database, mailbox.slug);
    }
    return advice_for(settings, mailbox,
                      {.snapshot = snapshot,
                       .assessment = assessment,
                       .survey = survey ? &*survey : nullptr,
                       .counts = learn_counts(snapshot, std::move(counts))},
                      now);
}

std::optional<std::int64_t> freed_in(store::Database& database, const MailboxRecord& record, const Decision& decision) {
    const auto used = sample_of(*record.snapshot).used_bytes;
    const bool is_all_clear = decision.notify && decision.notify->kind == NotificationKind::all_clear;
    if (!is_all_clear || !record.alert.episode || !used)
        return std::nullopt;
    std::int64_t most = 0;
    for (const store::Sample& sample : database.samples(record.settings->slug, record.alert.episode->began))
        most = std::max(most, sample.used_bytes.value_or(0));
    return most > *used ? std::optional(most - *used) : std::nullopt;
}

CountsByRole known_counts(store::Database& database, const std::string& slug) {
    return parse_counts_text(database.note(slug, kCountsNote).value_or(""));
}

void keep_counts(store::Database& database, const std::string& slug, const CountsByRole& counts) {
    database.save_note(slug, kCountsNote, counts_text(counts));
}

} // namespace mailquotad::app
