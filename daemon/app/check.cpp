// `mailquotad check`: one look now, with the verdict as table, JSON, CSV or Nagios plugin.
#include "app/check_output.h"
#include "app/check_url.h"
#include "app/commands.h"
#include "app/context.h"
#include "app/daemon_client.h"
#include "app/prober.h"
#include "app/progress_bar.h"
#include "net/connect.h"
#include "os/event_queue.h"

#include <algorithm>
#include <deque>
#include <iostream>
#include <map>
#include <set>

namespace mailquotad::app {

namespace {

/// Everything that a round of probes needs, however it was described.
struct Round {
    settings::Settings settings;
    CommandStore store;
    std::vector<settings::Mailbox> mailboxes;
    std::map<std::string, Secret> passwords; ///< by slug; typed, not referred to
};

void remember(Round& round, const ProbeFinished& finished, Time now) {
    if (!round.store.database || !round.store.writable)
        return;
    try {
        round.store.database->transaction([&] {
            record_login(*round.store.database, finished.login, now);
            round.store.database->save_probe_memory(finished.slug, finished.report.memory);
        });
    } catch (const store::StoreError& error) {
        std::cerr << "warning: what was learned of the server could not be kept: " << error.what() << '\n';
    }
}

ProbeJob job_of(Round& round, const settings::Mailbox& mailbox, const std::string& hash_key, bool force) {
    auto* database = round.store.database ? &*round.store.database : nullptr;
    ProbeJob job = probe_job(round.settings, mailbox, database, hash_key);
    job.force = force;
    if (const auto typed = round.passwords.find(mailbox.slug); typed != round.passwords.end())
        job.password = typed->second;
    return job;
}

/// Takes the mailboxes out of `waiting` that the same connection can measure as this one.
std::vector<const settings::Mailbox*> take_visit(std::deque<const settings::Mailbox*>& waiting,
                                                 std::deque<const settings::Mailbox*>::iterator first) {
    const std::string visit = visit_of(**first);
    const auto others = std::stable_partition(
        waiting.begin(), waiting.end(), [&](const settings::Mailbox* mailbox) { return visit_of(*mailbox) != visit; });
    std::vector<const settings::Mailbox*> taken(others, waiting.end());
    waiting.erase(others, waiting.end());
    return taken;
}

/// Probes all mailboxes, as many at once as the settings allow; results in the order of the settings.
std::vector<CheckResult> probe_all(Round& round, bool force) {
    os::EventQueue<ProbeFinished> results;
    net::TcpConnector connector;
    const os::SystemClock clock;
    const std::string hash_key = round.store.database ? round.store.database->hash_key() : "mailquotad";
    Prober prober(
        {.connector = connector, .clock = clock, .secrets = settings::secret_places(), .cancellation = nullptr},
        {.workers = round.settings.poll.workers, .per_server = round.settings.poll.per_server},
        [&results](ProbeFinished finished) { results.post(std::move(finished)); });

    std::deque<const settings::Mailbox*> waiting;
    for (const settings::Mailbox& mailbox : round.mailboxes)
        waiting.push_back(&mailbox);
    std::map<std::string, ProbeReport> reports;
    ProgressBar progress("mailboxes");
    while (reports.size() < round.mailboxes.size()) {
        for (auto next = waiting.begin(); next != waiting.end();) {
            if (prober.has_room((*next)->server)) {
                std::vector<ProbeJob> jobs;
                for (const settings::Mailbox* mailbox : take_visit(waiting, next))
                    jobs.push_back(job_of(round, *mailbox, hash_key, force));
                prober.start(std::move(jobs));
                next = waiting.begin();
            } else {
                ++next;
            }
        }
        ProbeFinished finished = results.wait();
        prober.ended(finished);
        if (!finished.warnings.empty())
            progress.clear();
        for (const std::string& warning : finished.warnings)
            std::cerr << "warning: " << warning << '\n';
        remember(round, finished, clock.now());
        reports[finished.slug] = std::move(finished.report);
        if (round.mailboxes.size() > 1)
            progress.show(std::ssize(reports), std::ssize(round.mailboxes));
    }
    std::vector<CheckResult> checked;
    for (const settings::Mailbox& mailbox : round.mailboxes)
        checked.push_back(check_result(mailbox, reports.at(mailbox.slug)));
    return checked;
}

Round round_of_settings(const CheckOptions& options) {
    Round round;
    round.settings = load_settings(config_file(options.common.config), kExitUnknown);
    round.store = open_store(round.settings);
    if (options.mailboxes.empty()) {
        round.mailboxes = round.settings.mailboxes;
    } else {
        std::set<std::string> named;
        for (const std::string& name : options.mailboxes) {
            const settings::Mailbox& mailbox = find_mailbox(round.settings, name, kExitUnknown);
            if (named.insert(mailbox.slug).second)
                round.mailboxes.push_back(mailbox);
        }
    }
    return round;
}

Round round_of_url(const CheckOptions& options) {
    Round round;
    UrlCheck described = describe_url(options);
    round.settings = std::move(described.settings);
    round.mailboxes = round.settings.mailboxes;
    if (described.typed_password)
        round.passwords.emplace(round.mailboxes.front().slug, std::move(*described.typed_password));
    return round;
}

std::vector<CheckResult> results_of_daemon(const CheckOptions& options) {
    std::vector<CheckResult> results =
        options.url.empty()
            ? ask_daemon(load_settings(config_file(options.common.config), kExitUnknown, Queries::leave))
            : ask_daemon(options.url);
    if (options.mailboxes.empty())
        return results;
    std::vector<CheckResult> wanted;
    for (const std::string& slug : options.mailboxes) {
        const auto found = std::find_if(results.begin(), results.end(),
                                        [&slug](const CheckResult& result) { return result.slug == slug; });
        if (found == results.end())
            throw CommandFailed(kExitUnknown, "the daemon watches no mailbox with the slug \"" + slug + "\"");
        wanted.push_back(*found);
    }
    return wanted;
}

void print_results(const std::vector<CheckResult>& results, OutputFormat format) {
    switch (format) {
    case OutputFormat::json:
        return print(check_json(results, os::SystemClock().now()));
    case OutputFormat::csv:
        return print(check_csv(results, os::SystemClock().now()));
    case OutputFormat::nagios:
        return print(check_nagios(results));
    default:
        return print(check_table(results, look_of(1)));
    }
}

} // namespace

int command_check(const CheckOptions& options) {
    try {
        std::vector<CheckResult> results;
        if (options.from_daemon) {
            results = results_of_daemon(options);
        } else {
            Round round = options.url.empty() ? round_of_settings(options) : round_of_url(options);
            results = probe_all(round, options.force);
        }
        print_results(results, options.format);
        return exit_code(results);
    } catch (const std::exception& error) {
        if (options.format != OutputFormat::nagios)
            throw;
        print(check_nagios_unknown(error.what())); // a monitoring system shows stdout alone
        return kExitUnknown;
    }
}

} // namespace mailquotad::app
