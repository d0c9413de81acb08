// Whether a server fails for all of its mailboxes: then it is one event, and it is asked by one connection at a time.
#pragma once

#include "core/measurement.h"
#include "core/status.h"
#include "core/time.h"
#include "settings/settings.h"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace mailquotad::app {

/// A failed probe, as far as it says something of the server.
struct ServerFailure {
    std::string server;
    std::string slug;
    ProbeFailure failure; ///< names hidden
    Time failing_since{}; ///< of this mailbox
    bool answered = true; ///< the server sent at least a byte
    bool for_all = false; ///< it befell the one connection that measures all mailboxes of the server
};

/// A failure before the login (dns, connect, tls, greeting, no byte in time) is the server's whatever mailbox met it.
/// Any other kind is it when at least three mailboxes, and at least half of those on the server, fail alike in a row.
/// What a credential's place or this program did wrong says nothing of a server. Any success ends the trouble.
class ServerWatch {
public:
    /// How many mailboxes each server has; forgets servers that are not among them.
    void set_servers(std::map<std::string, int> mailboxes);

    /// The trouble that this failure begins: the one moment to tell of it.
    std::optional<ServerTrouble> failed(const std::optional<ServerFailure>& failure);
    /// The trouble that this success ends, if there was one.
    std::optional<ServerTrouble> succeeded(const std::string& server);

    /// Whether the server is in trouble now.
    [[nodiscard]] bool troubled(const std::string& server) const;
    /// All troubles, in the order of the servers' keys.
    [[nodiscard]] std::vector<ServerTrouble> troubles() const;

private:
    struct Streak {
        FailureKind kind = FailureKind::internal;
        std::set<std::string> slugs; ///< that failed so in a row
        Time since{};                ///< the earliest failing_since among them
        std::optional<ServerTrouble> trouble;
    };
    std::map<std::string, int> mailboxes_;
    std::map<std::string, Streak> streaks_;
};

} // namespace mailquotad::app
