// The one immutable picture of all mailboxes: metrics, pages, JSON and terminal are views of it.
#pragma once

#include "core/advice.h"
#include "core/alert.h"
#include "core/assessment.h"
#include "core/measurement.h"
#include "core/next_step.h"
#include "core/shared_list.h"

#include <array>
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

/// To whom the mails about a mailbox go.
enum class MailsTo {
    owner,          ///< to the address that the owner gave
    mailbox_itself, ///< there is no other address: into the mailbox that fills up
    webmaster,      ///< nobody reads this mailbox
    nobody,         ///< so it is written in the settings
};

/// The webmaster keeps the mails about a mailbox back.
struct Silenced {
    Time until{};
    std::string reason;
    bool operator==(const Silenced&) const = default;
};

/// One mailbox as seen now. Carries no address, no login and no folder name, so that no view can leak one.
struct MailboxStatus {
    std::string slug;
    std::string server;                   ///< key in the settings
    bool here = true;                     ///< false: another daemon looks at it, and the rest is as the database has it
    Assessment assessment;                ///< of the last good measurement
    std::shared_ptr<const Policy> policy; ///< what makes a stage of it; never null
    Time stage_since{};
    std::vector<Resource> quota;        ///< roots that would name the owner are replaced by a hash
    std::map<FolderRole, Folder> roles; ///< sums per role; Folder::name is empty
    std::optional<std::int64_t> messages;
    std::optional<Forecast> forecast;
    std::optional<ForecastReason> forecast_reason; ///< why there is none
    std::shared_ptr<const AdvicePlan> advice;      ///< without names of folders; null before a measurement
    std::array<double, 4> begins_at{}; ///< used ratio at which notice, warning, urgent, full begin; 0: does not count
    std::optional<Time> last_success;
    std::optional<Time> last_attempt;
    bool last_probe_succeeded = false;
    std::optional<ProbeFailure> failure; ///< of the last attempt, with logins and addresses hidden
    std::optional<Time> failing_since;
    std::shared_ptr<const std::vector<Evidence>>
        evidence; ///< of the last failures, newest first, names hidden; or null
    ProbeCost last_cost;
    std::map<FailureKind, std::int64_t> failures; ///< since the start of the process
    std::optional<Time> next_attempt; ///< may be past: then as soon as there is room; nothing while it is looked at
    std::optional<Told> last_told;
    std::map<std::pair<Stage, std::string>, std::int64_t> notifications_sent; ///< by stage and channel
    DecisionReason decision = DecisionReason::stage_ok;
    std::vector<NextStep> next; ///< mails to come and what holds them, the soonest first; no measurement
    MailsTo mails_to = MailsTo::owner;
    std::optional<Silenced> silenced;
    std::string note; ///< the two above in English: a silence's reason, "another person is told", …
    bool operator==(const MailboxStatus&) const = default;
};

/// What the webmaster should know of the settings as a whole.
struct Remark {
    /// Known to the pages, which have words for it in each language; `other` is shown as it is.
    enum class Kind { no_smtp, no_webmaster, no_owner_mail, other };
    Kind kind = Kind::other;
    std::string text;    ///< English: "there is no [smtp] in the settings: nobody is mailed"
    std::string mailbox; ///< slug; "" where it is about none
};

/// The daemon at one moment. Built by the loop, never changed afterwards.
struct Status {
    Time at{};
    Time started_at{};
    std::string version;
    std::optional<Time> first_round_done; ///< every mailbox was tried once
    std::optional<Time> last_round_done;
    SharedList<MailboxStatus>
        mailboxes; ///< in the order of the settings; what did not change is that of the status before
    std::int64_t outbox_pending = 0;
    std::map<std::string, std::int64_t> notifications_failed; ///< by reason
    std::map<DecisionReason, std::int64_t> notifications_suppressed;
    int silences_active = 0;
    bool config_last_reload_successful = true;
    Time config_last_reload_success{};
    int stuck_workers = 0;
    bool speaks = true; ///< with the webmaster: what is counted over all daemons is told by this one
    int daemons = 1;    ///< that share the work, this one among them
    std::optional<Time> database_failing_since; ///< it takes nothing: full or read-only disk
    std::vector<ServerTrouble> troubles;        ///< in the order of the servers' keys
    std::vector<Remark> remarks;                ///< in the order of the settings
};

using StatusPointer = std::shared_ptr<const Status>;

} // namespace mailquotad
