// `mailquotad explain`: why a mail was or was not sent, what comes next, and what failed probes looked like.
#include "app/check_output.h"
#include "app/commands.h"
#include "app/context.h"
#include "app/decision_words.h"
#include "app/mailbox_notes.h"
#include "app/outlook.h"
#include "core/escape.h"
#include "observe/forecast_json.h"
#include "os/clock.h"

#include <nlohmann/json.hpp>

#include <array>
#include <cstdio>

namespace mailquotad::app {

namespace {

using nlohmann::ordered_json;

/// All that is known about the mails of one mailbox.
struct Explanation {
    const settings::Mailbox& mailbox;
    AlertState alert;
    Notes notes;
    ForecastResult outlook;
};

/// The next mail that follows from time alone, if nothing else is measured.
std::optional<Time> next_mail_at(const Explanation& about) {
    const auto& episode = about.alert.episode;
    if (!episode || !episode->told || !about.alert.stage.stage || *about.alert.stage.stage == Stage::ok)
        return std::nullopt;
    return next_reminder(*about.alert.stage.stage, episode->told->mails_in_stage, episode->told->at);
}

std::string local(Time time) {
    const LocalTime at = os::local_time(time);
    const auto minute = static_cast<int>(at.minute_of_day.count());
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), " %02d:%02d", minute / 60, minute % 60);
    return format_date(at.day) + text.data();
}

std::string level(const Assessment& assessment) {
    if (!assessment.tightest)
        return std::string(to_string(assessment.limit_source));
    const Tightest& tightest = *assessment.tightest;
    std::array<char, 32> percent{};
    std::snprintf(percent.data(), percent.size(), "%.1f %%", tightest.used_ratio * 100);
    if (tightest.unit == Unit::count)
        return std::string(percent.data()) + " (" + std::to_string(tightest.used) + " of " +
               std::to_string(tightest.limit) + ' ' + for_terminal(tightest.resource) + ")";
    return std::string(percent.data()) + " (" + iec(tightest.used) + " of " + iec(tightest.limit) + ")";
}

std::string reasons_text(const Assessment& assessment) {
    std::string text;
    for (const Reason reason : assessment.reasons)
        text += (text.empty() ? "" : ", ") + std::string(to_string(reason));
    return text.empty() ? "" : " because of: " + text;
}

std::string mails_text(const Explanation& about) {
    std::string text;
    if (const auto& episode = about.alert.episode) {
        text += "Episode    no. " + std::to_string(episode->number) + " since " + local(episode->began) + ", " +
                std::to_string(episode->mails) + " mails decided\n";
        if (episode->told)
            text += "Told       stage " + std::string(to_string(episode->told->stage)) + " on " +
                    local(episode->told->at) + " (accepted by the mail server)\n";
    }
    if (const auto& waiting = about.alert.waiting)
        text += "Waiting    a " + std::string(to_string(waiting->kind)) + " about stage " +
                std::string(to_string(waiting->stage)) + " since " + local(waiting->since) +
                ", not accepted by the mail server yet\n";
    if (const auto& unconfirmed = about.alert.unconfirmed)
        text += "Unproven   stage " + std::string(to_string(unconfirmed->stage)) + " first seen " +
                local(unconfirmed->first_seen) + "\n";
    if (const auto next = next_mail_at(about))
        text += "Next       a reminder not before " + local(*next) + " if nothing changes; a higher stage at once\n";
    return text;
}

std::string evidence_text(const Notes& notes) {
    std::string text;
    for (const Evidence& evidence : notes.evidence) {
        text += "\nFailed on " + local(evidence.at) + ": " + std::string(to_string(evidence.failure.kind)) + ": " +
                for_terminal(evidence.failure.detail) + '\n';
        for (const std::string& line : evidence.wire_log)
            text += "    " + for_terminal(line) + '\n';
    }
    return text;
}

std::string explanation_text(const Explanation& about) {
    const Assessment& assessment = about.notes.assessment;
    std::string text = for_terminal(about.mailbox.address) + " (" + about.mailbox.slug + ")\n";
    text += "Stage      " + (assessment.stage ? std::string(to_string(*assessment.stage)) : "unknown") + ", " +
            level(assessment) + reasons_text(assessment) + '\n';
    if (about.notes.failure)
        text += "Trouble    " + std::string(to_string(about.notes.failure->kind)) + ": " +
                for_terminal(about.notes.failure->detail) + '\n';
    if (about.alert.decided_before)
        text += "Decision   " + std::string(to_string(about.alert.last_reason)) + " on " +
                local(about.alert.last_decided_at) + ": " + words_for(about.alert.last_reason) + '\n';
    else
        text += "Decision   none yet: no good measurement was stored\n";
    text += mails_text(about);
    text += "Mails go to " +
            (about.mailbox.owner.mail.empty() ? for_terminal(about.mailbox.address) + " itself (there is no owner.mail)"
                                              : for_terminal(about.mailbox.owner.mail.front())) +
            '\n';
    return text + evidence_text(about.notes);
}

ordered_json time_or_null(const std::optional<Time>& time) {
    return time ? ordered_json(format_utc(*time)) : ordered_json(nullptr);
}

ordered_json evidence_json(const Notes& notes) {
    ordered_json list = ordered_json::array();
    for (const Evidence& evidence : notes.evidence)
        list.push_back({{"at", format_utc(evidence.at)},
                        {"kind", to_string(evidence.failure.kind)},
                        {"detail", evidence.failure.detail},
                        {"wire_log", evidence.wire_log}});
    return list;
}

std::string explanation_json(const Explanation& about) {
    const AlertState& alert = about.alert;
    const Assessment& assessment = about.notes.assessment;
    ordered_json value = {{"schema", 1}, {"address", about.mailbox.address}, {"slug", about.mailbox.slug}};
    value["stage"] = assessment.stage ? ordered_json(to_string(*assessment.stage)) : ordered_json(nullptr);
    value["reasons"] = ordered_json::array();
    for (const Reason reason : assessment.reasons)
        value["reasons"].push_back(to_string(reason));
    value["limit_source"] = to_string(assessment.limit_source);
    value["decision"] = nullptr;
    if (alert.decided_before)
        value["decision"] = {{"reason", to_string(alert.last_reason)},
                             {"text", words_for(alert.last_reason)},
                             {"sent", is_sent(alert.last_reason)},
                             {"at", format_utc(alert.last_decided_at)}};
    value["told"] = nullptr;
    if (alert.episode && alert.episode->told)
        value["told"] = {{"stage", to_string(alert.episode->told->stage)},
                         {"at", format_utc(alert.episode->told->at)},
                         {"episode", alert.episode->number}};
    value["waiting"] = nullptr;
    if (alert.waiting)
        value["waiting"] = {{"kind", to_string(alert.waiting->kind)},
                            {"stage", to_string(alert.waiting->stage)},
                            {"since", format_utc(alert.waiting->since)}};
    value["next_reminder_at"] = time_or_null(next_mail_at(about));
    value["failure"] = nullptr;
    if (about.notes.failure)
        value["failure"] = {{"kind", to_string(about.notes.failure->kind)}, {"detail", about.notes.failure->detail}};
    value["evidence"] = evidence_json(about.notes);
    value["forecast"] = observe::forecast_json(about.outlook.forecast);
    value["forecast_reason"] = observe::forecast_reason_json(about.outlook.reason);
    return value.dump(2, ' ', false, ordered_json::error_handler_t::replace) + "\n";
}

} // namespace

int command_explain(const MailboxOptions& options) {
    settings::Settings settings = load_settings(config_file(options.common.config), kExitUnknown);
    store::Database database = open_store_readable(settings, kExitUnknown);
    const settings::Mailbox& mailbox = find_mailbox(settings, options.address, kExitUnknown);
    const Explanation about{.mailbox = mailbox,
                            .alert = database.alert_state(mailbox.slug).value_or(AlertState{}),
                            .notes = read_notes(database, mailbox.slug),
                            .outlook = stored_forecast(database, mailbox.slug, os::SystemClock().now())};
    print(options.format == OutputFormat::json ? explanation_json(about) : explanation_text(about));
    return 0;
}

} // namespace mailquotad::app
