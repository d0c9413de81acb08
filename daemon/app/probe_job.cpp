#include "app/probe_job.h"

#include "imap/probe.h"
#include "imap/survey.h"
#include "pop3/probe.h"

#include <exception>

namespace mailquotad::app {

namespace {

ProbeReport failed(FailureKind kind, std::string detail) {
    ProbeReport report;
    report.outcome = ProbeFailure{.kind = kind, .detail = std::move(detail)};
    return report;
}

ProbeReport look(const ProbeRequest& request, const ProbeJob& job, const ProbeWorld& world,
                 std::optional<Survey>& survey) {
    if (job.survey_from) {
        imap::SurveyReport report = imap::survey(
            {.login = request, .hash_key = job.hash_key, .earlier = *job.survey_from, .progress = job.survey_progress},
            world.connector, world.clock, world.cancellation);
        survey = std::move(report.survey);
        return std::move(report.probe);
    }
    if (request.endpoint.protocol == Protocol::pop3)
        return pop3::probe(request, world.connector, world.clock, world.cancellation);
    return imap::probe(request, world.connector, world.clock, world.cancellation);
}

void note_login(LoginResult& login, const ProbeReport& report) {
    login.tried = true;
    const ProbeFailure* failure = report.failure();
    login.accepted = failure == nullptr;
    login.refused = failure != nullptr && failure->kind == FailureKind::login_refused;
    if (failure != nullptr)
        login.detail = failure->detail;
}

void probe_with(const ProbeJob& job, Secret password, const ProbeWorld& world, ProbeFinished& finished) {
    LoginResult& login = finished.login;
    login.keys = login_keys(job.request, job.hash_key);
    if (!job.force) {
        if (auto obstacle = login_obstacle(login.keys, job.logins, password, job.hash_key, world.clock.now())) {
            finished.report = failed(FailureKind::login_refused, std::move(*obstacle));
            finished.report.memory = job.request.memory;
            return;
        }
    }
    login.credential = credential_key(login.keys.login, password, job.hash_key);
    login.shared_credential = credential_key(login.keys.shared, password, job.hash_key);
    ProbeRequest request = job.request;
    request.password = std::move(password);
    finished.report = look(request, job, world, finished.survey);
    note_login(login, finished.report);
}

} // namespace

ProbeJob probe_job(const settings::Settings& settings, const settings::Mailbox& mailbox, store::Database* database,
                   const std::string& hash_key) {
    const settings::Server& server = settings.server_of(mailbox);
    ProbeJob job;
    job.slug = mailbox.slug;
    job.server = mailbox.server;
    job.secret = mailbox.password;
    job.hash_key = hash_key;
    ProbeRequest& request = job.request;
    request.endpoint = mailbox.protocol == Protocol::pop3 ? server.pop3.value() : server.imap.value();
    request.trust = server.trust;
    request.allow_plaintext = server.plaintext;
    request.username = mailbox.username;
    request.authorize_as = mailbox.authorize_as;
    request.mechanism = server.mechanism;
    request.timeout = settings.poll.timeout;
    if (mailbox.limit)
        request.limit_bytes = mailbox.limit->bytes;
    if (database != nullptr) {
        request.memory = database->probe_memory(mailbox.slug);
        const LoginKeys keys = login_keys(request, hash_key);
        job.logins = {.login = database->login_backoff(keys.login), .shared = database->login_backoff(keys.shared)};
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

ProbeFinished run_probe(const ProbeJob& job, const ProbeWorld& world) noexcept {
    ProbeFinished finished;
    try {
        finished.slug = job.slug;
        finished.server = job.server;
        finished.was_survey = job.survey_from.has_value();
        auto secret = job.password ? std::variant<Secret, settings::SecretError>(*job.password)
                                   : settings::read_secret(job.secret, world.secrets, finished.warnings);
        if (const auto* error = std::get_if<settings::SecretError>(&secret)) {
            finished.report = failed(FailureKind::credential, error->message);
            finished.report.memory = job.request.memory;
        } else {
            probe_with(job, std::move(std::get<Secret>(secret)), world, finished);
        }
    } catch (const std::exception& error) {
        finished.report = failed(FailureKind::internal, error.what());
        finished.report.memory = job.request.memory;
    }
    return finished;
}

} // namespace mailquotad::app
