// Trying a login before anything is written, with the daemon's own probe, and never often.
#pragma once

#include "app/context.h"
#include "app/probe_job.h"
#include "app/setup_words.h"

#include <optional>
#include <string>

namespace mailquotad::app {

/// A wrong password may be typed this often in one setup; then the mail server is left in peace.
inline constexpr int kMostTries = 3;

/// The database for what is known of refused logins: only one that is there already, since root must not make files
/// that the daemon cannot write.
CommandStore open_known_store(settings::Settings& settings);

/// One probe with this password, by the daemon's own rules: a login that is in back-off is not tried.
ProbeReport try_login(const settings::Settings& settings, const settings::Mailbox& mailbox, const Secret& password,
                      const ProbeWorld& world, CommandStore& store);

/// The same for a mailbox that logs in with its server's credentials.
ProbeReport try_look(const settings::Settings& settings, const settings::Mailbox& mailbox, const ProbeWorld& world,
                     CommandStore& store);

/// What came of typing and trying.
struct LoggedIn {
    Snapshot snapshot;
    Secret password;
    std::string username;
};

/// Tries `given`, or asks for a password, up to kMostTries times, and offers to change the login after a refusal. Says
/// what happened. Throws SetupEnded where it does not work: at once where nothing can be asked, and for anything but a
/// refused login, so that no server is pressed.
LoggedIn log_in_by_dialogue(Dialogue& dialogue, const settings::Settings& settings, settings::Mailbox mailbox,
                            std::optional<Secret> given, const ProbeWorld& world, CommandStore& store);

/// The line of `mailquotad check` for a mailbox that was looked at.
std::string seen_in(const settings::Mailbox& mailbox, const Snapshot& snapshot);

} // namespace mailquotad::app
