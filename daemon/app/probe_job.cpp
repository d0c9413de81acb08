#include "app/probe_job.h"

#include "imap/administrator.h"
#include "imap/probe.h"
#include "imap/survey.h"
#include "pop3/probe.h"
#include "settings/placeholders.h"

#include <exception>

namespace mailquotad::app {

namespace {

ProbeReport failed(FailureKind kind, std::string detail) {
    ProbeReport report;
    report.outcome = ProbeFailure{.kind = kind, .detail = std::move(detail)};
    return report;
}

/// What one connection shows of the mailboxes of a visit.
std::vector<ProbeReport> look(const std::vector<ProbeJob>& jobs, const ProbeRequest& request, const ProbeWorld& world,
                              std::optional<Survey>& survey) {
    const ProbeJob& job = jobs.front();
    if (job.survey_from) {
        imap::SurveyReport report = imap::survey(
            {.login = request, .hash_key = job.hash_key, .earlier = *job.survey_from, .progress = job.survey_progress},
            world.connector, world.clock, world.cancellation);
        survey = std::move(report.survey);
        return {std::move(report.probe)};
    }
    if (job.quota_root.empty()) {
        if (request.endpoint.protocol == Protocol::pop3)
            return {pop3::probe(request, world.connector, world.clock, world.cancellation)};
        return {imap::probe(request, world.connector, world.clock, world.cancellation)};
    }
    std::vector<imap::QuotaQuestion> questions;
    for (const ProbeJob& one : jobs)
        questions.push_back({.root = one.quota_root, .limit_bytes = one.request.limit_bytes});
    return imap::ask_quotas(request, questions, world.connector, world.clock, world.cancellation);
}

bool is_login_refused(const ProbeReport& report) {
    return report.failure() != nullptr && report.failure()->kind == FailureKind::login_refused;
}

void note_login(LoginResult& login, const ProbeReport& report) {
    login.tried = true;
    const ProbeFailure* failure = report.failure();
    login.accepted = failure == nullptr;
    login.refused = is_login_refused(report);
    if (failure != nullptr)
        login.detail = failure->detail;
}

/// The same failure for every mailbox of a visit.
std::vector<ProbeReport> all_failed(const std::vector<ProbeJob>& jobs, FailureKind kind, const std::string& detail) {
    std::vector<ProbeReport> reports(jobs.size(), failed(kind, detail));
    for (std::size_t i = 0; i < jobs.size(); ++i)
        reports[i].memory = jobs[i].request.memory;
    return reports;
}

std::vector<ProbeReport> visit_with(const std::vector<ProbeJob>& jobs, Secret password, const ProbeWorld& world,
                                    ProbeFinished& common) {
    const ProbeJob& job = jobs.front();
    LoginResult& login = common.login;
    login.keys = login_keys(job.request, job.hash_key);
    if (!job.force) {
        const auto obstacle = login_obstacle(login.keys, job.logins, password, job.hash_key, world.clock.now());
        if (obstacle)
            return all_failed(jobs, FailureKind::login_refused, obstacle->detail);
    }
    login.credential = credential_key(login.keys.login, password, job.hash_key);
    login.shared_credential = credential_key(login.keys.shared, password, job.hash_key);
    ProbeRequest request = job.request;
    request.password = std::move(password);
    std::vector<ProbeReport> reports = look(jobs, request, world, common.survey);
    note_login(login, reports.front());
    for (const ProbeReport& report : reports)
        login.accepted = login.accepted || report.snapshot() != nullptr;
    return reports;
}

std::vector<ProbeReport> visit(const std::vector<ProbeJob>& jobs, const ProbeWorld& world, ProbeFinished& common) {
    const ProbeJob& job = jobs.front();
    try {
        auto secret = job.password ? std::variant<Secret, settings::SecretError>(*job.password)
                                   : settings::read_secret(job.secret, world.secrets, common.warnings);
        if (const auto* error = std::get_if<settings::SecretError>(&secret))
            return all_failed(jobs, FailureKind::credential, error->message);
        return visit_with(jobs, std::move(std::get<Secret>(secret)), world, common);
    } catch (const std::exception& error) {
        return all_failed(jobs, FailureKind::internal, error.what());
    }
}

} // namespace

std::string visit_of(const settings::Mailbox& mailbox) {
    return mailbox.by_administrator ? "@" + mailbox.server : mailbox.slug; // no slug has an @
}

std::string login_of(const settings::Mailbox& mailbox) {
    if (mailbox.by_administrator)
        return visit_of(mailbox);
    if (mailbox.shared_login.empty())
        return mailbox.username;
    const settings::SecretReference& place = mailbox.password;
    std::string login = mailbox.shared_login + '\n' + std::to_string(static_cast<int>(place.form)) + place.value;
    for (const std::string& word : place.command)
        login += '\n' + word;
    return login;
}

ProbeJob probe_job(const settings::Settings& settings, const settings::Mailbox& mailbox, store::Database* database,
                   const std::string& hash_key) {
    const settings::Server& server = settings.server_of(mailbox);
    ProbeJob job;
    job.slug = mailbox.slug;
    job.server = mailbox.server;
    job.visit = visit_of(mailbox);
    job.secret = mailbox.password;
    job.hash_key = hash_key;
    ProbeRequest& request = job.request;
    request.endpoint = mailbox.protocol == Protocol::pop3 ? server.pop3.value() : server.imap.value();
    request.trust = server.trust;
    request.allow_plaintext = server.plaintext;
    if (mailbox.by_administrator) {
        const settings::Administrator& administrator = server.administrator.value();
        job.secret = administrator.password;
        settings::Placeholders names = settings::placeholders_of(mailbox.address);
        names.emplace_back("separator", std::string(imap::kSeparatorPlaceholder));
        job.quota_root = settings::filled(administrator.root, names).value();
        request.username = administrator.username;
    } else {
        request.username = mailbox.username;
        request.authorize_as = mailbox.authorize_as;
        if (!mailbox.shared_login.empty())
            request.shared_login = login_of(mailbox);
    }
    request.mechanism = server.mechanism;
    request.timeout = settings.poll.timeout;
    if (mailbox.limit)
        request.limit_bytes = mailbox.limit->bytes;
    if (database != nullptr) {
        request.memory = database->probe_memory(mailbox.slug);
        job.logins = login_memory(*database, login_keys(request, hash_key));
    }
    return job;
}

ProbeJob survey_job(const settings::Settings& settings, const settings::Mailbox& mailbox, store::Database* database,
                    const std::string& hash_key, Survey earlier) {
    ProbeJob job = probe_job(settings, mailbox, database, hash_key);
    job.request.timeout = settings.poll.survey_timeout;
    job.survey_from = std::move(earlier);
    return job;
}

std::vector<ProbeFinished> run_visit(const std::vector<ProbeJob>& jobs, const ProbeWorld& world) noexcept {
    ProbeFinished common;
    std::vector<ProbeReport> reports = visit(jobs, world, common);
    std::vector<ProbeFinished> results;
    for (std::size_t i = 0; i < jobs.size(); ++i)
        results.push_back({.slug = jobs[i].slug,
                           .server = jobs[i].server,
                           .visit = jobs[i].visit,
                           .learned = reports.at(i).memory != jobs[i].request.memory,
                           .report = std::move(reports.at(i)),
                           .login = i == 0 ? common.login : LoginResult{},
                           .was_survey = jobs[i].survey_from.has_value(),
                           .survey = i == 0 ? std::move(common.survey) : std::nullopt,
                           .warnings = i == 0 ? common.warnings : std::vector<std::string>{},
                           .ends_visit = i + 1 == jobs.size()});
    return results;
}

ProbeFinished run_probe(const ProbeJob& job, const ProbeWorld& world) noexcept {
    return std::move(run_visit({job}, world).front());
}

} // namespace mailquotad::app
