#include "observe/exposition.h"
#include "observe/view_rules.h"
#include "observe/views.h"

#include <cstdint>
#include <initializer_list>
#include <iterator>
#include <limits>
#include <map>

namespace mailquotad::observe {
namespace {

constexpr double kSecondsPerDay = 86400;

/// Why mail is not accepted (notify::DeliveryResult); counted from 0 for the same reason as mails sent.
constexpr const char* kDeliveryReasons[] = {"address",  "auth",     "connect",  "credential", "internal",
                                            "protocol", "smtp_4xx", "smtp_5xx", "timeout",    "tls"};

#ifdef __clang__
constexpr const char* kCompiler = __VERSION__;
#else
constexpr const char* kCompiler = "GCC " __VERSION__;
#endif

/// One metric of a mailbox: how it is called, and how its series come out of the status.
struct MailboxMetric {
    const char* name;
    const char* help;
    MetricType type;
    bool usage; ///< vanishes when the last good measurement is older than a day
    void (*collect)(const MailboxStatus& mailbox, MetricFamily& family);
};

double number(std::int64_t value) {
    return static_cast<double>(value);
}
double number(Time time) {
    return number(time.time_since_epoch().count());
}

Labels of(const MailboxStatus& mailbox, std::initializer_list<std::pair<const char*, std::string_view>> more = {}) {
    Labels labels;
    labels.reserve(2 + more.size());
    labels.emplace_back("mailbox", mailbox.slug);
    labels.emplace_back("server", mailbox.server);
    for (const auto& [name, value] : more) {
        labels.emplace_back(name, value);
    }
    return labels;
}

void used_bytes(const MailboxStatus& mailbox, MetricFamily& family) {
    for (const Resource& resource : mailbox.quota) {
        if (resource.name == "STORAGE") {
            family.add(of(mailbox, {{"root", resource.root}}), number(resource.used));
        }
    }
}

void limit_bytes(const MailboxStatus& mailbox, MetricFamily& family) {
    for (const Resource& resource : mailbox.quota) {
        const auto limit = shown_limit(mailbox, resource);
        if (resource.name == "STORAGE" && limit) {
            family.add(of(mailbox, {{"root", resource.root}}), number(*limit));
        }
    }
}

void used_ratio(const MailboxStatus& mailbox, MetricFamily& family) {
    if (mailbox.assessment.tightest) {
        family.add(of(mailbox), mailbox.assessment.tightest->used_ratio);
    }
}

void resource_used(const MailboxStatus& mailbox, MetricFamily& family) {
    for (const Resource& resource : mailbox.quota) {
        family.add(of(mailbox, {{"root", resource.root}, {"resource", resource.name}}), number(resource.used));
    }
}

void resource_limit(const MailboxStatus& mailbox, MetricFamily& family) {
    for (const Resource& resource : mailbox.quota) {
        if (const auto limit = shown_limit(mailbox, resource)) {
            family.add(of(mailbox, {{"root", resource.root}, {"resource", resource.name}}), number(*limit));
        }
    }
}

void messages(const MailboxStatus& mailbox, MetricFamily& family) {
    if (mailbox.messages) {
        family.add(of(mailbox), number(*mailbox.messages));
    }
}

void folder_size(const MailboxStatus& mailbox, MetricFamily& family) {
    for (const auto& [role, folder] : mailbox.roles) {
        if (folder.size_bytes) {
            family.add(of(mailbox, {{"role", to_string(role)}}), number(*folder.size_bytes));
        }
    }
}

void folder_messages(const MailboxStatus& mailbox, MetricFamily& family) {
    for (const auto& [role, folder] : mailbox.roles) {
        if (folder.messages) {
            family.add(of(mailbox, {{"role", to_string(role)}}), number(*folder.messages));
        }
    }
}

void growth(const MailboxStatus& mailbox, MetricFamily& family) {
    if (mailbox.forecast) {
        family.add(of(mailbox), mailbox.forecast->growth_bytes_per_day / kSecondsPerDay);
    }
}

void until_full(const MailboxStatus& mailbox, MetricFamily& family) {
    if (!mailbox.forecast) {
        return;
    }
    const auto add = [&](const char* bound, const std::optional<double>& days) {
        family.add(of(mailbox, {{"bound", bound}}),
                   days ? *days * kSecondsPerDay : std::numeric_limits<double>::infinity());
    };
    add("early", mailbox.forecast->full_in_days.p10);
    add("median", mailbox.forecast->full_in_days.p50);
    add("late", mailbox.forecast->full_in_days.p90);
}

void forecast_used(const MailboxStatus& mailbox, MetricFamily& family) {
    if (!mailbox.forecast) {
        return;
    }
    for (std::size_t i = 0; i < kForecastHorizons.size(); ++i) {
        const ByteQuantiles& bytes = mailbox.forecast->used_bytes[i];
        const std::string horizon = std::to_string(kForecastHorizons[i]) + "d";
        const auto add = [&](const char* bound, std::int64_t value) {
            family.add(of(mailbox, {{"horizon", horizon}, {"bound", bound}}), number(value));
        };
        add("low", bytes.p10);
        add("median", bytes.p50);
        add("high", bytes.p90);
    }
}

void probe_success(const MailboxStatus& mailbox, MetricFamily& family) {
    if (mailbox.last_attempt) {
        family.add(of(mailbox), mailbox.last_probe_succeeded ? 1 : 0);
    }
}

void probe_duration(const MailboxStatus& mailbox, MetricFamily& family) {
    if (mailbox.last_attempt) {
        family.add(of(mailbox), mailbox.last_cost.seconds);
    }
}

void probe_round_trips(const MailboxStatus& mailbox, MetricFamily& family) {
    if (mailbox.last_attempt) {
        family.add(of(mailbox), mailbox.last_cost.round_trips);
    }
}

void last_success(const MailboxStatus& mailbox, MetricFamily& family) {
    if (mailbox.last_success) {
        family.add(of(mailbox), number(*mailbox.last_success));
    }
}

void failures(const MailboxStatus& mailbox, MetricFamily& family) {
    for (const FailureKind kind : kAllFailureKinds) {
        const auto found = mailbox.failures.find(kind);
        family.add(of(mailbox, {{"kind", to_string(kind)}}),
                   found == mailbox.failures.end() ? 0 : number(found->second));
    }
}

void failing_since(const MailboxStatus& mailbox, MetricFamily& family) {
    if (is_failing(mailbox) && mailbox.failing_since) {
        family.add(of(mailbox, {{"kind", to_string(mailbox.failure->kind)}}), number(*mailbox.failing_since));
    }
}

void told(const MailboxStatus& mailbox, MetricFamily& family) {
    if (mailbox.last_told) {
        family.add(of(mailbox, {{"stage", to_string(mailbox.last_told->stage)}}), number(mailbox.last_told->at));
    }
}

/// Mails are counted from 0 on: Prometheus sees no increase in a series that begins with 1.
void notifications_sent(const MailboxStatus& mailbox, MetricFamily& family) {
    auto counts = mailbox.notifications_sent;
    for (const Stage stage : {Stage::ok, Stage::warning, Stage::urgent, Stage::full}) {
        counts.try_emplace({stage, "email"}, 0);
    }
    for (const auto& [key, count] : counts) {
        family.add({{"mailbox", mailbox.slug}, {"stage", std::string(to_string(key.first))}, {"channel", key.second}},
                   number(count));
    }
}

void reclaimable(const MailboxStatus& mailbox, MetricFamily& family) {
    std::map<AdviceKind, std::int64_t> freed;
    if (mailbox.advice) {
        for (const Advice& advice : mailbox.advice->all) {
            if (advice.frees_bytes > 0) {
                freed[advice.kind] = advice.frees_bytes;
            }
        }
    }
    for (const auto& [kind, bytes] : freed) {
        family.add(of(mailbox, {{"advice", to_string(kind)}}), number(bytes));
    }
}

constexpr MetricType kGauge = MetricType::gauge;
constexpr MetricType kCounter = MetricType::counter;

constexpr MailboxMetric kMailboxMetrics[] = {
    {"mailbox_used_bytes", "Storage in use by quota root, in bytes, as of the last good probe.", kGauge, true,
     used_bytes},
    {"mailbox_limit_bytes", "Storage limit by quota root, in bytes; absent where there is none.", kGauge, true,
     limit_bytes},
    {"mailbox_used_ratio", "Use of the tightest resource as a ratio of its limit; 1 is full.", kGauge, true,
     used_ratio},
    {"mailbox_resource_used", "Use by quota root and resource; STORAGE in bytes, the others are counts.", kGauge, true,
     resource_used},
    {"mailbox_resource_limit", "Limit by quota root and resource; STORAGE in bytes, the others are counts.", kGauge,
     true, resource_limit},
    {"mailbox_messages", "Number of messages in all folders, views of others (all, flagged) left out.", kGauge, true,
     messages},
    {"folder_size_bytes", "Size of all folders of a role, in bytes.", kGauge, true, folder_size},
    {"folder_messages", "Number of messages in all folders of a role.", kGauge, true, folder_messages},
    {"mailbox_reclaimable_bytes", "What following this advice alone would free, in bytes; advices overlap.", kGauge,
     true, reclaimable},
    {"mailbox_growth_bytes_per_second", "Expected growth without clean-ups, in bytes per second.", kGauge, true,
     growth},
    {"mailbox_until_full_seconds",
     "Expected time until the limit is reached, in seconds; early, median and late are the 10th, 50th and 90th "
     "percentile, +Inf is beyond a year.",
     kGauge, true, until_full},
    {"mailbox_forecast_used_bytes",
     "Storage expected in use after a number of days if nobody cleans up, in bytes; low, median and high are the 10th, "
     "50th and 90th percentile.",
     kGauge, true, forecast_used},
    {"probe_success", "Whether the last probe succeeded: 1 or 0.", kGauge, false, probe_success},
    {"probe_duration_seconds", "Duration of the last probe, in seconds.", kGauge, false, probe_duration},
    {"probe_round_trips", "Number of round trips of the last probe, connecting included.", kGauge, false,
     probe_round_trips},
    {"probe_last_success_timestamp_seconds", "Time of the last good probe, in seconds since 1970.", kGauge, false,
     last_success},
    {"probe_failing_since_timestamp_seconds",
     "Time since when all probes of the mailbox have failed, in seconds since 1970, with the kind of the last failure; "
     "absent after a good probe.",
     kGauge, false, failing_since},
    {"probe_failures_total", "Failed probes since the start of the process, by kind of failure.", kCounter, false,
     failures},
    {"mailbox_told_timestamp_seconds",
     "Time when the owner was last told in the running episode, in seconds since 1970, with the stage told.", kGauge,
     false, told},
    {"notifications_sent_total",
     "Notifications accepted by their channel since the start of the process, by stage; stage ok is the all-clear.",
     kCounter, false, notifications_sent},
};

MetricFamily family(const std::string& name, const char* help, MetricType type = kGauge) {
    return {"mailquotad_" + name, help, type, {}};
}

/// As many samples as become text at once: little memory, and little work for each call.
constexpr std::size_t kSamplesAtOnce = 1024;

/// Writes what `collect` makes of the mailboxes, some of them at a time: no two mailboxes have a series in common. Of
/// several daemons each tells of those alone that it looks at, so that sums over all daemons are right.
template <typename Collect>
void write_each(const Status& status, MetricFamily family, TextParts& text, Collect collect) {
    for (const MailboxStatus& mailbox : status.mailboxes) {
        if (mailbox.here) {
            collect(mailbox, family);
        }
        if (family.samples.size() >= kSamplesAtOnce) {
            text.write(family);
            family.samples.clear();
        }
    }
    text.write(family);
}

void write_mailboxes(const Status& status, TextParts& text) {
    for (const MailboxMetric& metric : kMailboxMetrics) {
        write_each(status, family(metric.name, metric.help, metric.type), text,
                   [&](const MailboxStatus& mailbox, MetricFamily& samples) {
                       if (!metric.usage || is_fresh(mailbox, status.at)) {
                           metric.collect(mailbox, samples);
                       }
                   });
    }
}

/// One 0/1 series for each stage of each mailbox, and how many mailboxes are in each.
void write_stages(const Status& status, TextParts& text) {
    std::vector<std::optional<Stage>> stages(std::begin(kAllStages), std::end(kAllStages));
    stages.emplace_back(std::nullopt);
    std::map<std::optional<Stage>, double> counts;
    write_each(status, family("mailbox_stage", "Whether the mailbox is in this stage: 1 or 0."), text,
               [&](const MailboxStatus& mailbox, MetricFamily& each) {
                   const auto current = shown_stage(mailbox, status.at);
                   ++counts[current];
                   for (const auto& stage : stages) {
                       each.add(of(mailbox, {{"stage", stage_name(stage)}}), stage == current ? 1 : 0);
                   }
               });
    MetricFamily sum = family(
        "mailboxes",
        "Number of mailboxes in this stage; unknown is without a good probe within a day or without a limit that can "
        "be judged.");
    for (const auto& stage : stages) {
        sum.add({{"stage", std::string(stage_name(stage))}}, counts[stage]);
    }
    text.write(sum);
}

void write_notifications(const Status& status, TextParts& text) {
    MetricFamily failed =
        family("notifications_failed_total", "Failed deliveries since the start of the process, by reason.", kCounter);
    auto failures = status.notifications_failed;
    for (const char* reason : kDeliveryReasons) {
        failures.try_emplace(reason, 0);
    }
    for (const auto& [reason, count] : failures) {
        failed.add({{"reason", reason}}, number(count));
    }
    MetricFamily suppressed = family("notifications_suppressed_total",
                                     "Decisions to send nothing since the start of the process, by reason.", kCounter);
    for (const DecisionReason reason : kAllDecisionReasons) {
        if (!is_sent(reason)) {
            const auto found = status.notifications_suppressed.find(reason);
            suppressed.add({{"reason", std::string(to_string(reason))}},
                           found == status.notifications_suppressed.end() ? 0 : number(found->second));
        }
    }
    text.write(failed);
    text.write(suppressed);
}

void write_daemon(const Status& status, TextParts& text) {
    const auto add = [&](const char* name, const char* help, double value) {
        MetricFamily one = family(name, help);
        one.add({}, value);
        text.write(one);
    };
    if (status.speaks) {
        add("outbox_pending", "Notifications that wait for their channel to accept them.",
            number(status.outbox_pending));
        add("silences_active", "Mailboxes that are silenced by the webmaster.", status.silences_active);
    }
    add("daemons", "Daemons that share the work over one database, this one among them.", status.daemons);
    add("stuck_workers", "Workers that did not come back within the deadline of their probe.", status.stuck_workers);
    add("database_writable", "Whether the database takes what is to be kept: 1 or 0 (full or read-only disk).",
        status.database_failing_since ? 0 : 1);
    if (status.last_round_done) {
        add("last_round_timestamp_seconds", "Time when every mailbox had been tried again, in seconds since 1970.",
            number(*status.last_round_done));
    }
    add("config_last_reload_successful", "Whether the last reading of the settings succeeded: 1 or 0.",
        status.config_last_reload_successful ? 1 : 0);
    if (status.config_last_reload_success != Time{}) {
        add("config_last_reload_success_timestamp_seconds",
            "Time of the last successful reading of the settings, in seconds since 1970.",
            number(status.config_last_reload_success));
    }
    MetricFamily build = family("build_info", "Version and compiler of this build; always 1.");
    build.add({{"version", status.version}, {"compiler", kCompiler}}, 1);
    text.write(build);
}

} // namespace

Parts render_status_metrics(const Status& status) {
    TextParts text;
    write_mailboxes(status, text);
    write_stages(status, text);
    write_notifications(status, text);
    write_daemon(status, text);
    return text.take();
}

std::string render_metrics(const Status& status) {
    return joined(render_status_metrics(status)) + render_process_metrics();
}

} // namespace mailquotad::observe
