#include "app/look.h"

#include "core/escape.h"
#include "net/connect.h"
#include "os/clock.h"

#include <iostream>

namespace mailquotad::app {

ProbeFinished look_now(const ProbeJob& job, CommandStore& store) {
    net::TcpConnector connector;
    const os::SystemClock clock;
    ProbeFinished finished =
        run_probe(job, {.connector = connector, .clock = clock, .secrets = settings::secret_places()});
    for (const std::string& warning : finished.warnings)
        std::cerr << "warning: " << warning << '\n';
    if (store.database && store.writable)
        store.database->transaction([&] { record_login(*store.database, finished.login, clock.now()); });
    return finished;
}

std::string hash_key_of(const CommandStore& store) {
    return store.database ? store.database->hash_key() : "mailquotad";
}

std::string failure_words(const settings::Mailbox& mailbox, const ProbeFailure& failure) {
    return for_terminal(mailbox.address) + ": " + std::string(to_string(failure.kind)) + ": " +
           for_terminal(failure.detail);
}

} // namespace mailquotad::app
