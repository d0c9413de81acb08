// The one immutable picture of all mailboxes: metrics, pages, JSON and terminal are views of it.
#pragma once

#include "core/advice.h"
#include "core/alert.h"
#include "core/assessment.h"
#include "core/measurement.h"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace mailquotad {

/// A failed probe as it may be shown: kind and time, and the blanked conversation.
struct Evidence {
    Time at{};
    ProbeFailure failure;
    std::vector<std::string> wire_log;
};

/// A server that fails for all of its mailboxes: one event, however many they are.
struct ServerTrouble {
    std::string server; ///< key in the settings
    FailureKind kind = FailureKind::connect;
    std::string detail; ///< of the failure that was seen first, with logins and addresses hidden
    Time since{};       ///< since when the first of the mailboxes fails, also across restarts
    int mailboxes = 0;  ///< of this server that fail so
};

/// One mailbox as seen now. Carries no address, no login and no folder name, so that no view can leak one.
struct MailboxStatus {
    std::string slug;
    std::string server;    ///< key in the settings
    Assessment assessment; ///< of the last good measurement
    Time stage_since{};
    std::vector<Resource> quota;        ///< roots that would name the owner are replaced by a hash
    std::map<FolderRole, Folder> roles; ///< sums per role; Folder::name is empty
    std::optional<std::int64_t> messages;
    std::optional<Forecast> forecast;
    std::optional<ForecastReason> forecast_reason;        ///< why there is none
    std::map<AdviceKind, std::int64_t> reclaimable_bytes; ///< what each advice would free, alone
    std::optional<Time> last_success;
    std::optional<Time> last_attempt;
    bool last_probe_succeeded = false;
    std::optional<ProbeFailure> failure; ///< of the last attempt, with logins and addresses hidden
    std::optional<Time> failing_since;
    std::shared_ptr<const std::vector<Evidence>>
        evidence; ///< of the last failures, newest first, names hidden; or null
    ProbeCost last_cost;
    std::map<FailureKind, std::int64_t> failures; ///< since the start of the process
    std::optional<Time> next_attempt;
    std::optional<Told> last_told;
    std::map<std::pair<Stage, std::string>, std::int64_t> notifications_sent; ///< by stage and channel
    DecisionReason decision = DecisionReason::stage_ok;
    std::string note; ///< a silence's reason, "another person is told", …
};

/// The daemon at one moment. Built by the loop, never changed afterwards.
struct Status {
    Time at{};
    Time started_at{};
    std::string version;
    std::optional<Time> first_round_done; ///< every mailbox was tried once
    std::optional<Time> last_round_done;
    std::vector<MailboxStatus> mailboxes; ///< in the order of the settings
    std::int64_t outbox_pending = 0;
    std::map<std::string, std::int64_t> notifications_failed; ///< by reason
    std::map<DecisionReason, std::int64_t> notifications_suppressed;
    int silences_active = 0;
    bool config_last_reload_successful = true;
    Time config_last_reload_success{};
    int stuck_workers = 0;
    std::optional<Time> database_failing_since; ///< it takes nothing: full or read-only disk
    std::vector<ServerTrouble> troubles;        ///< in the order of the servers' keys
    std::vector<std::string> remarks;           ///< for the webmaster: "nobody is mailed: there is no [smtp]"
};

using StatusPointer = std::shared_ptr<const Status>;

} // namespace mailquotad
