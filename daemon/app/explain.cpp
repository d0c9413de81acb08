// `mailquotad explain`: why a mail was or was not sent, what comes next, and what failed probes looked like.
#include "app/check_output.h"
#include "app/commands.h"
#include "app/context.h"
#include "app/decision_words.h"
#include "app/explain_parts.h"
#include "app/mailbox_notes.h"
#include "app/next_steps.h"
#include "app/outlook.h"
#include "app/webmaster_memory.h"
#include "core/escape.h"
#include "observe/forecast_json.h"
#include "os/clock.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

namespace mailquotad::app {

namespace {

using nlohmann::ordered_json;

constexpr Days kMailsShown{180};

/// All that is known about the mails of one mailbox.
struct Explanation {
    const settings::Mailbox& mailbox;
    AlertState alert;
    Notes notes;
    ForecastResult outlook;
    std::vector<RuleVerdict> rules;
    std::vector<store::MailFact> mails;
    std::vector<NextStep> next;
    std::optional<store::Silence> silence;
    bool evidence_shown = false; ///< --evidence
};

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
        text += "Episode    no. " + std::to_string(episode->number) + " since " + local_minute(episode->began) + ", " +
                std::to_string(episode->mails) + " mails decided\n";
        if (episode->told)
            text += "Told       stage " + std::string(to_string(episode->told->stage)) + " on " +
                    local_minute(episode->told->at) + " (accepted by the mail server)\n";
    }
    if (const auto& waiting = about.alert.waiting)
        text += "Waiting    a " + std::string(to_string(waiting->kind)) + " about stage " +
                std::string(to_string(waiting->stage)) + " since " + local_minute(waiting->since) +
                ", not accepted by the mail server yet\n";
    if (const auto& unconfirmed = about.alert.unconfirmed)
        text += "Unproven   stage " + std::string(to_string(unconfirmed->stage)) + " first seen " +
                local_minute(unconfirmed->first_seen) + "\n";
    return text;
}

/// To whom, in words; what is held back is said before.
std::string recipients_text(const settings::Mailbox& mailbox) {
    if (mailbox.tell == settings::Tell::nobody)
        return "nobody (tell = \"nobody\")";
    if (mailbox.tell == settings::Tell::webmaster)
        return "smtp.admin alone (tell = \"webmaster\")";
    return mailbox.owner.mail.empty() ? for_terminal(mailbox.address) + " itself (there is no owner.mail)"
                                      : for_terminal(mailbox.owner.mail.front());
}

std::string next_text(const Explanation& about) {
    std::string text;
    for (const NextStep& step : about.next)
        text += (step.at ? "  " + local_minute(*step.at) : "  at some time   ") + "  " +
                std::string(words_for(step.kind)) + '\n';
    return text.empty() ? "" : "\nWhat comes next\n" + text;
}

std::string evidence_text(const Notes& notes, bool shown) {
    std::string text;
    for (const Evidence& evidence : notes.evidence) {
        text += "\nFailed on " + local_minute(evidence.at) + ": " + std::string(to_string(evidence.failure.kind)) +
                ": " + for_terminal(evidence.failure.detail) + '\n';
        for (const std::string& line : evidence.wire_log)
            text += "    " + for_terminal(line) + '\n';
    }
    if (!notes.evidence.empty() && !shown)
        text += "What was said then: mailquotad explain --evidence\n";
    return text;
}

std::string explanation_text(const Explanation& about, const TerminalLook& look) {
    const Assessment& assessment = about.notes.assessment;
    std::string text = for_terminal(about.mailbox.address) + " (" + about.mailbox.slug + ")\n";
    text += "Stage      " + (assessment.stage ? std::string(to_string(*assessment.stage)) : "unknown") + ", " +
            level(assessment) + reasons_text(assessment) + '\n';
    if (about.notes.measured_at)
        text += "Measured   " + local_minute(*about.notes.measured_at) +
                (about.alert.stage.stage ? ", in this stage since " + local_minute(about.alert.stage.since) : "") +
                '\n';
    if (about.notes.failure)
        text += "Trouble    " + std::string(to_string(about.notes.failure->kind)) + ": " +
                for_terminal(about.notes.failure->detail) + '\n';
    if (about.alert.decided_before)
        text += "Decision   " + std::string(to_string(about.alert.last_reason)) + " on " +
                local_minute(about.alert.last_decided_at) + ": " + words_for(about.alert.last_reason) + '\n';
    else
        text += "Decision   none yet: no good measurement was stored\n";
    text += mails_text(about);
    if (about.silence)
        text += "Silenced   until " + local_minute(about.silence->until) + ": " + for_terminal(about.silence->reason) +
                '\n';
    text += "Mails to   " + recipients_text(about.mailbox) + '\n';
    const std::string rules = rules_text(about.rules, look);
    text += (rules.empty() ? "" : "\n" + rules) + "\n" + mails_table(about.mails, look) + next_text(about);
    return fit_lines(text + evidence_text(about.notes, about.evidence_shown), look);
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

ordered_json rules_json(const std::vector<RuleVerdict>& rules) {
    ordered_json list = ordered_json::array();
    for (const RuleVerdict& rule : rules)
        list.push_back({{"stage", to_string(rule.stage)},
                        {"rule", to_string(rule.reason)},
                        {"root", rule.root},
                        {"resource", rule.resource},
                        {"measured", std::isinf(rule.measured) ? ordered_json(nullptr) : ordered_json(rule.measured)},
                        {"begins_at", rule.enter},
                        {"left_at", rule.leave},
                        {"counts", rule.counts},
                        {"holds", rule.enters},
                        {"keeps_stage", !rule.leaves}});
    return list;
}

ordered_json mails_json(const std::vector<store::MailFact>& mails) {
    ordered_json list = ordered_json::array();
    for (const store::MailFact& mail : mails)
        list.push_back({{"decided_at", format_utc(mail.created_at)},
                        {"kind", to_string(mail.kind)},
                        {"stage", to_string(mail.stage)},
                        {"to", recipient_words(mail)},
                        {"status", mail.status},
                        {"finished_at", time_or_null(mail.finished_at)},
                        {"attempts", mail.attempts},
                        {"message_id", mail.message_id},
                        {"error", mail.last_error}});
    return list;
}

ordered_json next_json(const std::vector<NextStep>& next) {
    ordered_json list = ordered_json::array();
    for (const NextStep& step : next)
        list.push_back({{"what", what_of(step.kind)}, {"text", words_for(step.kind)}, {"at", time_or_null(step.at)}});
    return list;
}

std::optional<Time> reminder_at(const std::vector<NextStep>& next) {
    for (const NextStep& step : next) {
        if (step.kind == NextKind::reminder)
            return step.at;
    }
    return std::nullopt;
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
    value["measured_at"] = time_or_null(about.notes.measured_at);
    value["silenced_until"] = about.silence ? ordered_json(format_utc(about.silence->until)) : ordered_json(nullptr);
    value["rules"] = rules_json(about.rules);
    value["mails"] = mails_json(about.mails);
    value["next"] = next_json(about.next);
    value["next_reminder_at"] = time_or_null(reminder_at(about.next));
    value["failure"] = nullptr;
    if (about.notes.failure)
        value["failure"] = {{"kind", to_string(about.notes.failure->kind)}, {"detail", about.notes.failure->detail}};
    value["evidence"] = evidence_json(about.notes);
    value["forecast"] = observe::forecast_json(about.outlook.forecast);
    value["forecast_reason"] = observe::forecast_reason_json(about.outlook.reason);
    return value.dump(2, ' ', false, ordered_json::error_handler_t::replace) + "\n";
}

/// When the last mail that waits is tried next.
std::optional<Time> waiting_until(const std::vector<store::MailFact>& mails) {
    const auto waiting = std::find_if(mails.rbegin(), mails.rend(),
                                      [](const store::MailFact& mail) { return mail.status == "waiting"; });
    return waiting == mails.rend() ? std::nullopt : std::optional(waiting->not_before);
}

Explanation explanation_of(const settings::Settings& settings, const settings::Mailbox& mailbox,
                           store::Database& database) {
    const Time now = os::SystemClock().now();
    Explanation about{.mailbox = mailbox,
                      .alert = database.alert_state(mailbox.slug).value_or(AlertState{}),
                      .notes = read_notes(database, mailbox.slug),
                      .outlook = stored_forecast(database, mailbox.slug, now),
                      .rules = {},
                      .mails = database.mail_facts(mailbox.slug, now - kMailsShown),
                      .next = {},
                      .silence = {}};
    for (const store::Silence& silence : database.silences(now)) {
        if (silence.mailbox == mailbox.slug)
            about.silence = silence;
    }
    Snapshot snapshot;
    snapshot.quota = about.notes.quota;
    Outlook outlook;
    outlook.forecast = about.outlook.forecast;
    about.rules = rule_verdicts(snapshot, mailbox.policy, outlook);
    const WebmasterMemory memory = read_webmaster_memory(database);
    MailTimes times(settings.alerts, now);
    about.next = next_steps({.settings = settings,
                             .alert = about.alert,
                             .burst = memory.burst,
                             .silent_until = about.silence ? std::optional(about.silence->until) : std::nullopt,
                             .waiting_until = waiting_until(about.mails),
                             .measured_at = about.notes.measured_at},
                            times);
    return about;
}

} // namespace

int command_explain(const MailboxOptions& options) {
    settings::Settings settings = load_settings(config_file(options.common.config), kExitUnknown);
    store::Database database = open_store_readable(settings, kExitUnknown);
    const settings::Mailbox& mailbox = find_mailbox(settings, options.address, kExitUnknown);
    Explanation about = explanation_of(settings, mailbox, database);
    about.evidence_shown = options.evidence;
    for (Evidence& evidence : about.notes.evidence) {
        if (!options.evidence)
            evidence.wire_log.clear();
    }
    print(options.format == OutputFormat::json ? explanation_json(about) : explanation_text(about, look_of(1)));
    return 0;
}

} // namespace mailquotad::app
