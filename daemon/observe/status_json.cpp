#include "core/escape.h"
#include "core/verdicts.h"
#include "observe/evidence.h"
#include "observe/forecast_json.h"
#include "observe/view_rules.h"
#include "observe/views.h"

#include <nlohmann/json.hpp>

namespace mailquotad::observe {
namespace {

using Json = nlohmann::ordered_json;

Json text(std::string_view value) {
    return to_valid_utf8(value);
}

Json time(const std::optional<Time>& value) {
    return value ? Json(format_utc(*value)) : Json(nullptr);
}

template <typename T>
Json number(const std::optional<T>& value) {
    return value ? Json(*value) : Json(nullptr);
}

Json failure_of(const MailboxStatus& mailbox) {
    if (!is_failing(mailbox)) {
        return nullptr;
    }
    return {{"kind", text(to_string(mailbox.failure->kind))},
            {"detail", text(hide_addresses(mailbox.failure->detail))},
            {"since", time(mailbox.failing_since)}};
}

Json reasons_of(const MailboxStatus& mailbox) {
    Json reasons = Json::array();
    for (const Reason reason : mailbox.assessment.reasons) {
        reasons.push_back(text(to_string(reason)));
    }
    return reasons;
}

Json quota_of(const MailboxStatus& mailbox) {
    Json quota = Json::array();
    for (const Resource& resource : mailbox.quota) {
        quota.push_back({{"root", text(resource.root)},
                         {"resource", text(resource.name)},
                         {"used", resource.used},
                         {"limit", number(resource.limit)},
                         {"unit", text(to_string(resource.unit))},
                         {"warning_above", number(highest_below(Stage::warning, *mailbox.policy, resource))},
                         {"urgent_above", number(highest_below(Stage::urgent, *mailbox.policy, resource))}});
    }
    return quota;
}

Json tightest_of(const MailboxStatus& mailbox) {
    if (!mailbox.assessment.tightest) {
        return nullptr;
    }
    const Tightest& tightest = *mailbox.assessment.tightest;
    return {{"root", text(tightest.root)}, {"resource", text(tightest.resource)}, {"used_ratio", tightest.used_ratio}};
}

Json folders_of(const MailboxStatus& mailbox) {
    Json folders = Json::array();
    for (const auto& [role, folder] : mailbox.roles) {
        folders.push_back({{"name", nullptr},
                           {"role", text(to_string(role))},
                           {"messages", number(folder.messages)},
                           {"size_bytes", number(folder.size_bytes)}});
    }
    return folders;
}

Json cost_of(const ProbeCost& cost) {
    return {{"round_trips", cost.round_trips},
            {"commands", cost.commands},
            {"bytes_sent", cost.bytes_sent},
            {"bytes_received", cost.bytes_received},
            {"seconds", cost.seconds}};
}

Json last_notice_of(const MailboxStatus& mailbox) {
    if (!mailbox.last_told) {
        return nullptr;
    }
    return {{"stage", text(to_string(mailbox.last_told->stage))}, {"at", time(mailbox.last_told->at)}};
}

/// What the last good measurement told: nothing of it once it is older than a day.
void add_measurement(const MailboxStatus& mailbox, bool fresh, Json& result) {
    result["reasons"] = fresh ? reasons_of(mailbox) : Json::array();
    result["limit_source"] = text(to_string(fresh ? mailbox.assessment.limit_source : LimitSource::not_told));
    result["quota"] = fresh ? quota_of(mailbox) : Json::array();
    result["tightest"] = fresh ? tightest_of(mailbox) : Json(nullptr);
    result["folders"] = fresh ? folders_of(mailbox) : Json::array();
    result["messages"] = fresh ? number(mailbox.messages) : Json(nullptr);
    result["forecast"] = fresh ? forecast_json(mailbox.forecast) : Json(nullptr);
    result["forecast_reason"] = fresh ? forecast_reason_json(mailbox.forecast_reason) : Json(nullptr);
}

Json mailbox_of(const MailboxStatus& mailbox, Time at) {
    const std::optional<Stage> stage = shown_stage(mailbox, at);
    const bool fresh = is_fresh(mailbox, at);
    Json result;
    result["address"] = nullptr;
    result["slug"] = text(mailbox.slug);
    result["server"] = text(mailbox.server);
    result["here"] = mailbox.here;
    result["stage"] = stage ? text(to_string(*stage)) : Json(nullptr);
    result["failure"] = failure_of(mailbox);
    add_measurement(mailbox, fresh, result);
    result["cost"] = mailbox.last_attempt ? cost_of(mailbox.last_cost) : Json(nullptr);
    result["fresh"] = fresh;
    result["stage_since"] = stage ? time(mailbox.stage_since) : Json(nullptr);
    result["last_success"] = time(mailbox.last_success);
    result["last_attempt"] = time(mailbox.last_attempt);
    result["next_attempt"] = time(next_look(mailbox, at));
    result["last_notice"] = last_notice_of(mailbox);
    result["decision"] = text(to_string(mailbox.decision));
    result["note"] = text(hide_addresses(mailbox.note));
    return result;
}

} // namespace

std::string render_status_json(const Status& status) {
    Json result;
    result["schema"] = 1;
    result["generated_at"] = time(status.at);
    result["version"] = text(status.version);
    result["started_at"] = time(status.started_at);
    result["first_round_done"] = time(status.first_round_done);
    result["last_round_done"] = time(status.last_round_done);
    result["outbox_pending"] = status.outbox_pending;
    result["silences_active"] = status.silences_active;
    result["daemons"] = status.daemons;
    result["database_writable"] = !status.database_failing_since.has_value();
    result["remarks"] = Json::array();
    for (const Remark& remark : status.remarks) {
        result["remarks"].push_back(text(hide_addresses(remark.text)));
    }
    result["troubles"] = Json::array();
    for (const ServerTrouble& trouble : status.troubles) {
        result["troubles"].push_back({{"server", text(trouble.server)},
                                      {"kind", text(to_string(trouble.kind))},
                                      {"detail", text(hide_addresses(trouble.detail))},
                                      {"since", format_utc(trouble.since)},
                                      {"mailboxes", trouble.mailboxes}});
    }
    result["mailboxes"] = Json::array();
    for (const MailboxStatus& mailbox : status.mailboxes) {
        result["mailboxes"].push_back(mailbox_of(mailbox, status.at));
    }
    return result.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

} // namespace mailquotad::observe
