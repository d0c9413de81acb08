// What the loop knows about one mailbox between two events.
#pragma once

#include "app/growth_memory.h"
#include "core/advice.h"
#include "core/alert.h"
#include "core/mailbox_event.h"
#include "core/status.h"
#include "settings/settings.h"
#include "store/database.h"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace mailquotad::app {

struct MailboxRecord {
    std::shared_ptr<const settings::Mailbox> settings; ///< those of the running settings, which it keeps alive
    bool here = true; ///< this daemon looks at it; of others the rest is as the database has it
    AlertState alert;
    Assessment assessment;               ///< of the last good measurement
    std::optional<Snapshot> snapshot;    ///< the last good measurement
    std::optional<ProbeFailure> failure; ///< of the last attempt; nothing after a success
    std::optional<Time> failing_since;
    std::optional<Time> last_attempt;
    ProbeCost last_cost;
    std::vector<store::Sample> unsaved; ///< measured, and the database could not take them yet
    int failures_in_a_row = 0;
    bool unreachable = false;           ///< fails, and not by a single mishap
    std::vector<MailboxEvent> happened; ///< not stored yet
    std::map<FailureKind, std::int64_t> failures;
    std::map<std::pair<Stage, std::string>, std::int64_t> notifications_sent;
    GrowthMemory growth;                                          ///< of the forecast, computed once a day
    std::optional<Forecast> forecast;                             ///< as of the last good measurement
    std::optional<ForecastReason> forecast_reason;                ///< why there is none
    std::vector<Evidence> evidence;                               ///< of the last failures, newest first
    std::shared_ptr<const std::vector<Evidence>> public_evidence; ///< the same with names hidden; null for none
    std::optional<Survey> survey;                                 ///< depth `sizes`: what fills the mailbox
    std::optional<Time> surveyed;                                 ///< when the last survey was started in this process
    bool survey_failed = false;
    CountsByRole counts;                      ///< what is known of what counts against the quota
    std::shared_ptr<const AdvicePlan> advice; ///< of the last good measurement, without names of folders; null for none
    DecisionReason decision = DecisionReason::stage_ok;
    std::optional<Time> look_again_at;                                     ///< earlier than the schedule, to confirm
    std::optional<std::pair<std::optional<Stage>, DecisionReason>> logged; ///< by log_measurement, last
    std::string note;
};

} // namespace mailquotad::app
