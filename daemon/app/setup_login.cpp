#include "app/setup_login.h"

#include "app/check_output.h"
#include "app/database_place.h"
#include "app/look.h"
#include "core/escape.h"

#include <iostream>

namespace mailquotad::app {

namespace {

ProbeReport run(const ProbeJob& job, const ProbeWorld& world, CommandStore& store) {
    ProbeFinished finished = run_probe(job, world);
    if (store.database && store.writable) {
        try {
            store.database->transaction([&] { record_login(*store.database, finished.login, world.clock.now()); });
        } catch (const store::StoreError& error) {
            std::cerr << "warning: a refused login cannot be remembered: " << for_terminal(error.what()) << '\n';
        }
    }
    return std::move(finished.report);
}

ProbeJob job_of(const settings::Settings& settings, const settings::Mailbox& mailbox, CommandStore& store) {
    return probe_job(settings, mailbox, store.database ? &*store.database : nullptr, hash_key_of(store));
}

} // namespace

CommandStore open_known_store(settings::Settings& settings) {
    try {
        if (store::Database::open_readonly(place_of(settings)))
            return open_store(settings);
    } catch (const store::StoreError& error) {
        std::cerr << "warning: going on without what was remembered: " << for_terminal(error.what()) << '\n';
    }
    return {};
}

ProbeReport try_login(const settings::Settings& settings, const settings::Mailbox& mailbox, const Secret& password,
                      const ProbeWorld& world, CommandStore& store) {
    ProbeJob job = job_of(settings, mailbox, store);
    job.password = password;
    return run(job, world, store);
}

ProbeReport try_look(const settings::Settings& settings, const settings::Mailbox& mailbox, const ProbeWorld& world,
                     CommandStore& store) {
    return run(job_of(settings, mailbox, store), world, store);
}

LoggedIn log_in_by_dialogue(Dialogue& dialogue, const settings::Settings& settings, settings::Mailbox mailbox,
                            std::optional<Secret> given, const ProbeWorld& world, CommandStore& store) {
    for (int left = kMostTries; left > 0;) {
        Secret password = given ? *given : dialogue.ask_secret("password", {{"login", for_terminal(mailbox.username)}});
        if (password.empty()) {
            --left; // nothing was sent, but nobody shall be asked for ever
            continue;
        }
        dialogue.say("trying_login", {{"login", for_terminal(mailbox.username)}});
        ProbeReport report = try_login(settings, mailbox, password, world, store);
        if (const Snapshot* snapshot = report.snapshot())
            return {.snapshot = *snapshot, .password = std::move(password), .username = mailbox.username};
        const ProbeFailure& failure = *report.failure();
        dialogue.say("login_failed",
                     {{"kind", std::string(to_string(failure.kind))}, {"detail", for_terminal(failure.detail)}});
        if (failure.kind != FailureKind::login_refused || given || !dialogue.asks())
            throw SetupEnded(dialogue.words("nothing_written"));
        if (--left > 0) {
            dialogue.say("try_again", {{"n", std::to_string(left)}});
            mailbox.username = dialogue.ask("username", mailbox.username);
        }
    }
    dialogue.say("no_more_tries");
    throw SetupEnded(dialogue.words("nothing_written"));
}

std::string seen_in(const settings::Mailbox& mailbox, const Snapshot& snapshot) {
    ProbeReport report;
    report.outcome = snapshot;
    return check_table({check_result(mailbox, report)}, look_of(2));
}

} // namespace mailquotad::app
