// One probe as a worker runs it: fetch the credential, mind the login guard, look at the mailbox.
#pragma once

#include "app/login_guard.h"
#include "core/measurement.h"
#include "core/probe_request.h"
#include "core/survey.h"
#include "net/transport.h"
#include "os/clock.h"
#include "settings/secret_reader.h"
#include "settings/settings.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace mailquotad::app {

/// Everything a worker needs, by value; nothing of it changes while the probe runs.
struct ProbeJob {
    std::string slug;
    std::string server;   ///< key in the settings, for the limit per server
    std::string visit;    ///< visit_of
    ProbeRequest request; ///< without the password
    settings::SecretReference secret;
    std::optional<Secret> password; ///< typed at the terminal: then `secret` is not read
    LoginMemory logins;
    std::string hash_key;
    bool force = false;                ///< `check --force`: try a login that is in back-off
    std::optional<Survey> survey_from; ///< makes it a survey (IMAP only); what the last one found, or an empty one
    std::function<void(std::int64_t, std::int64_t)> survey_progress; ///< called on the worker; may be empty
    std::string quota_root; ///< asked by the server's administrator, {separator} left in; empty: an own login
};

/// What comes back from a worker.
struct ProbeFinished {
    std::string slug;
    std::string server;
    std::string visit;
    bool learned = true; ///< report.memory differs from what the probe was given
    ProbeReport report;
    LoginResult login;
    bool was_survey = false;
    std::optional<Survey> survey;      ///< what a survey found, also when it broke off; nothing where it never began
    std::vector<std::string> warnings; ///< about the credential's place
    bool ends_visit = true;            ///< false: more mailboxes of the same connection follow
};

/// The outside world of a probe.
struct ProbeWorld {
    net::Connector& connector;
    const os::Clock& clock;
    settings::SecretPlaces secrets;
    const os::Cancellation* cancellation = nullptr;
};

/// The visit that measures a mailbox: its slug, or one for all that the administrator of a server asks about.
std::string visit_of(const settings::Mailbox& mailbox);

/// What mailboxes that log in with the same credential have in common, whatever name each of them logs in by: username
/// or its template, and where the password lies. Nothing that a log may hold.
std::string login_of(const settings::Mailbox& mailbox);

/// The job for a mailbox, with the memory of the last probe and of its logins.
ProbeJob probe_job(const settings::Settings& settings, const settings::Mailbox& mailbox, store::Database* database,
                   const std::string& hash_key);

/// The job for a survey of a mailbox, going on from `earlier`.
ProbeJob survey_job(const settings::Settings& settings, const settings::Mailbox& mailbox, store::Database* database,
                    const std::string& hash_key, Survey earlier);

/// Runs on a worker; never throws: whatever goes wrong is a ProbeFailure.
ProbeFinished run_probe(const ProbeJob& job, const ProbeWorld& world) noexcept;

/// The same for all mailboxes of a visit, over one connection: one job, or several that the same administrator asks
/// about. The login is noted in the first result alone; the last one ends the visit.
std::vector<ProbeFinished> run_visit(const std::vector<ProbeJob>& jobs, const ProbeWorld& world) noexcept;

} // namespace mailquotad::app
