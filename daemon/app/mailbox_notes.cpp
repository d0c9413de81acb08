#include "app/mailbox_notes.h"

#include "app/happenings.h"
#include "app/picture.h"
#include "app/surveys.h"
#include "core/escape.h"
#include "os/clock.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cstdio>
#include <map>
#include <utility>

namespace mailquotad::app {

namespace {

using nlohmann::json;

json to_json(const Evidence& evidence) {
    json lines = json::array();
    for (const std::string& line : evidence.wire_log)
        lines.push_back(to_valid_utf8(line));
    return {{"at", format_utc(evidence.at)},
            {"kind", to_string(evidence.failure.kind)},
            {"detail", to_valid_utf8(evidence.failure.detail)},
            {"wire_log", lines}};
}

Evidence evidence_from(const json& value) {
    Evidence evidence;
    evidence.at = parse_utc(value.at("at").get<std::string>()).value_or(Time{});
    evidence.failure.kind = parse_failure_kind(value.at("kind").get<std::string>()).value_or(FailureKind::internal);
    evidence.failure.detail = value.at("detail").get<std::string>();
    evidence.wire_log = value.at("wire_log").get<std::vector<std::string>>();
    return evidence;
}

json assessment_json(const Assessment& assessment) {
    json reasons = json::array();
    for (const Reason reason : assessment.reasons)
        reasons.push_back(to_string(reason));
    json value = {{"stage", nullptr}, {"limit_source", to_string(assessment.limit_source)}, {"reasons", reasons}};
    if (assessment.stage)
        value["stage"] = to_string(*assessment.stage);
    if (const auto& tightest = assessment.tightest)
        value["tightest"] = {{"root", to_valid_utf8(tightest->root)},
                             {"resource", to_valid_utf8(tightest->resource)},
                             {"used_ratio", tightest->used_ratio},
                             {"used", tightest->used},
                             {"limit", tightest->limit},
                             {"unit", to_string(tightest->unit)}};
    return value;
}

Assessment assessment_from(const json& value) {
    Assessment assessment;
    if (value.at("stage").is_string())
        assessment.stage = parse_stage(value.at("stage").get<std::string>());
    assessment.limit_source =
        parse_limit_source(value.at("limit_source").get<std::string>()).value_or(LimitSource::not_told);
    for (const json& reason : value.at("reasons")) {
        if (const auto parsed = parse_reason(reason.get<std::string>()))
            assessment.reasons.push_back(*parsed);
    }
    if (value.contains("tightest")) {
        const json& tightest = value.at("tightest");
        assessment.tightest = Tightest{.root = tightest.at("root").get<std::string>(),
                                       .resource = tightest.at("resource").get<std::string>(),
                                       .used_ratio = tightest.at("used_ratio").get<double>(),
                                       .used = tightest.at("used").get<std::int64_t>(),
                                       .limit = tightest.at("limit").get<std::int64_t>(),
                                       .unit = tightest.at("unit") == "bytes" ? Unit::bytes : Unit::count};
    }
    return assessment;
}

json quota_json(const std::vector<Resource>& quota) {
    json list = json::array();
    for (const Resource& resource : quota)
        list.push_back({{"root", to_valid_utf8(resource.root)},
                        {"name", to_valid_utf8(resource.name)},
                        {"used", resource.used},
                        {"limit", resource.limit ? json(*resource.limit) : json(nullptr)},
                        {"unit", to_string(resource.unit)}});
    return list;
}

std::vector<Resource> quota_from(const json& list) {
    std::vector<Resource> quota;
    for (const json& value : list) {
        Resource resource{.root = value.at("root").get<std::string>(),
                          .name = value.at("name").get<std::string>(),
                          .used = value.at("used").get<std::int64_t>(),
                          .limit = {},
                          .unit = value.at("unit") == "bytes" ? Unit::bytes : Unit::count};
        if (!value.at("limit").is_null())
            resource.limit = value.at("limit").get<std::int64_t>();
        quota.push_back(std::move(resource));
    }
    return quota;
}

std::optional<Time> time_in(const json& object, const char* name) {
    const auto found = object.find(name);
    return found == object.end() || !found->is_string() ? std::nullopt : parse_utc(found->get<std::string>());
}

} // namespace

MailboxRecord remembered(store::Database& database, std::shared_ptr<const settings::Mailbox> mailbox) {
    const Notes notes = read_notes(database, mailbox->slug);
    return remembered(database, std::move(mailbox), notes);
}

MailboxRecord remembered(store::Database& database, std::shared_ptr<const settings::Mailbox> mailbox,
                         const Notes& notes) {
    MailboxRecord record;
    record.settings = std::move(mailbox);
    const std::string& slug = record.settings->slug;
    if (auto alert = database.alert_state(slug))
        record.alert = std::move(*alert);
    record.decision = record.alert.last_reason;
    record.evidence = notes.evidence;
    hide_evidence(record);
    record.failing_since = notes.failing_since;
    record.unreachable = was_unreachable(database, record);
    return record;
}

void renew(std::map<std::string, MailboxRecord>& records, const std::shared_ptr<const settings::Settings>& settings,
           store::Database& database) {
    std::map<std::string, MailboxRecord> fresh;
    std::map<std::string, std::optional<Survey>> surveys; // where another depth is agreed on
    for (const settings::Mailbox& mailbox : settings->mailboxes) {
        const auto known = records.find(mailbox.slug);
        if (known == records.end()) {
            MailboxRecord record = remembered(database, {settings, &mailbox});
            remember_survey(database, record);
            fresh.insert_or_assign(mailbox.slug, std::move(record));
        } else if (known->second.settings->depth != mailbox.depth) {
            surveys[mailbox.slug] = allowed_survey(database, mailbox);
        }
    }
    // From here on nothing fails.
    std::map<std::string, MailboxRecord> known = std::exchange(records, std::move(fresh));
    for (const settings::Mailbox& mailbox : settings->mailboxes) {
        auto node = known.extract(mailbox.slug);
        if (!node)
            continue;
        node.mapped().settings = {settings, &mailbox};
        if (const auto survey = surveys.find(mailbox.slug); survey != surveys.end())
            node.mapped().survey = std::move(survey->second);
        records.insert(std::move(node));
    }
}

void note_failure(MailboxRecord& record, const ProbeReport& report, Time now) {
    record.failure = *report.failure();
    if (!record.failing_since)
        record.failing_since = now;
    ++record.failures_in_a_row;
    ++record.failures[record.failure->kind];
    note_unreachable(record);
    record.evidence.insert(record.evidence.begin(),
                           {.at = now, .failure = *record.failure, .wire_log = report.wire_log});
    if (record.evidence.size() > kEvidenceKept)
        record.evidence.pop_back();
    hide_evidence(record);
}

std::optional<ServerFailure> server_failure(const MailboxRecord& record, const ProbeFinished& finished) {
    const ProbeFailure& failure = *record.failure;
    // Of what an administrator asks only a refused question is a single mailbox's own.
    const bool for_all = record.settings->by_administrator && failure.kind != FailureKind::protocol;
    if (!finished.login.tried && !for_all)
        return std::nullopt;
    return ServerFailure{
        .server = record.settings->server,
        .slug = record.settings->slug,
        .failure = {.kind = failure.kind, .detail = observe::hide_names(failure.detail, private_names(record))},
        .failing_since = *record.failing_since,
        .answered = finished.report.cost.bytes_received > 0,
        .for_all = for_all};
}

void note_success(MailboxRecord& record, const Snapshot& snapshot) {
    note_recovery(record, snapshot);
    record.snapshot = snapshot;
    record.failure.reset();
    record.failing_since.reset();
    record.failures_in_a_row = 0;
    record.unsaved.push_back(sample_of(snapshot));
}

void note_mail(MailboxRecord& record, const store::OutboxRow& row, const notify::DeliveryResult& result,
               store::Database& database) {
    if (auto alert = database.alert_state(row.mailbox))
        record.alert = std::move(*alert);
    if (result.outcome == notify::DeliveryOutcome::accepted)
        ++record.notifications_sent[{row.stage, row.recipient == store::Recipient::webhook ? "webhook" : "email"}];
}

store::Sample sample_of(const Snapshot& snapshot) {
    store::Sample sample;
    sample.at = snapshot.measured_at;
    const auto tightness = [](const Resource& resource) {
        return resource.limit && *resource.limit > 0
                   ? static_cast<double>(resource.used) / static_cast<double>(*resource.limit)
                   : -1.0;
    };
    const Resource* tightest = nullptr;
    for (const Resource& resource : snapshot.quota) {
        if (resource.name == "STORAGE" && (tightest == nullptr || tightness(resource) > tightness(*tightest)))
            tightest = &resource;
    }
    sample.used_bytes = tightest != nullptr ? std::optional(tightest->used) : sum_of_folders(snapshot.folders);
    if (tightest != nullptr)
        sample.limit_bytes = tightest->limit;
    for (const Folder& folder : snapshot.folders) {
        if (folder.messages && folder.role != FolderRole::all && folder.role != FolderRole::flagged)
            sample.messages = sample.messages.value_or(0) + *folder.messages;
        if (folder.size_bytes)
            sample.roles_bytes.emplace_back(folder.role, *folder.size_bytes);
    }
    return sample;
}

void save_notes(store::Database& database, const MailboxRecord& record) {
    json evidence = json::array();
    for (const Evidence& one : record.evidence)
        evidence.push_back(to_json(one));
    json value = {{"assessment", assessment_json(record.assessment)}, {"evidence", evidence}, {"failure", nullptr}};
    if (record.failure)
        value["failure"] = {{"kind", to_string(record.failure->kind)},
                            {"detail", to_valid_utf8(record.failure->detail)}};
    if (record.failing_since)
        value["failing_since"] = format_utc(*record.failing_since);
    if (record.snapshot) {
        value["measured_at"] = format_utc(record.snapshot->measured_at);
        value["quota"] = quota_json(record.snapshot->quota);
    }
    database.save_note(record.settings->slug, "last_probe", value.dump());
}

Notes read_notes(store::Database& database, const std::string& slug) {
    Notes notes;
    const auto text = database.note(slug, "last_probe");
    if (!text)
        return notes;
    const json value = json::parse(*text, nullptr, false);
    if (value.is_discarded())
        return notes;
    try {
        notes.assessment = assessment_from(value.at("assessment"));
        for (const json& one : value.at("evidence"))
            notes.evidence.push_back(evidence_from(one));
        notes.failing_since = time_in(value, "failing_since");
        notes.measured_at = time_in(value, "measured_at");
        if (const auto quota = value.find("quota"); quota != value.end())
            notes.quota = quota_from(*quota);
        if (const json& failure = value.at("failure"); failure.is_object())
            notes.failure = ProbeFailure{
                .kind = parse_failure_kind(failure.at("kind").get<std::string>()).value_or(FailureKind::internal),
                .detail = failure.at("detail").get<std::string>()};
    } catch (const json::exception&) {
        return Notes{}; // written by another version: it is only a convenience, so do without
    }
    return notes;
}

std::vector<Remark> remarks_on(const settings::Settings& settings) {
    using Kind = Remark::Kind;
    std::vector<Remark> remarks;
    if (!settings.smtp) {
        remarks.push_back({Kind::no_smtp, "there is no [smtp] in the settings: nobody is mailed", ""});
        return remarks;
    }
    for (const settings::Mailbox& mailbox : settings.mailboxes) {
        if (mailbox.tell == settings::Tell::owner && mailbox.owner.mail.empty())
            remarks.push_back(
                {Kind::no_owner_mail,
                 "mailbox " + mailbox.slug + ": no owner.mail, so its warnings go into the mailbox that fills up",
                 mailbox.slug});
    }
    if (settings.smtp->admin.empty())
        remarks.push_back({Kind::no_webmaster, "smtp.admin is empty: no webmaster is told anything by mail", ""});
    return remarks;
}

std::string summary(const Status& status) {
    std::array<int, 5> stages{};
    int unreachable = 0;
    for (const MailboxStatus& mailbox : status.mailboxes) {
        if (mailbox.assessment.stage)
            ++stages[static_cast<std::size_t>(*mailbox.assessment.stage)];
        unreachable += mailbox.failure ? 1 : 0;
    }
    const auto count = status.mailboxes.size();
    std::string text = std::to_string(count) + (count == 1 ? " mailbox" : " mailboxes");
    for (const Stage stage : {Stage::full, Stage::urgent, Stage::warning}) {
        if (const int boxes = stages[static_cast<std::size_t>(stage)]; boxes > 0)
            text += ", " + std::to_string(boxes) + ' ' + std::string(to_string(stage));
    }
    if (unreachable > 0)
        text += ", " + std::to_string(unreachable) + " unreachable";
    if (!status.last_round_done)
        return text + ", first round under way";
    const auto minute = os::local_time(*status.last_round_done).minute_of_day.count();
    std::array<char, 32> clock{};
    std::snprintf(clock.data(), clock.size(), ", last round %02d:%02d", static_cast<int>(minute / 60),
                  static_cast<int>(minute % 60));
    return text + clock.data();
}

} // namespace mailquotad::app
