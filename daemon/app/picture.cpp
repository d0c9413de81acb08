#include "app/picture.h"

#include "app/next_steps.h"
#include "core/byte_size.h"
#include "observe/wire_redaction.h"
#include "os/clock.h"
#include "store/database.h"

#include <algorithm>
#include <utility>

namespace mailquotad::app {

namespace {

std::string lower(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(),
                   [](unsigned char c) { return static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c); });
    return text;
}

std::vector<std::string> names_of(const settings::Mailbox& mailbox) {
    std::vector<std::string> names{mailbox.address, mailbox.username, mailbox.authorize_as};
    names.push_back(mailbox.address.substr(0, mailbox.address.find('@')));
    std::erase_if(names, [](const std::string& name) { return name.empty(); });
    return names;
}

/// Sums per role; a sum of something unknown is unknown.
void add_to_role(std::map<FolderRole, Folder>& roles, const Folder& folder) {
    const auto [found, is_new] = roles.try_emplace(folder.role, Folder{});
    Folder& sum = found->second;
    const auto add = [is_new](std::optional<std::int64_t>& total, const std::optional<std::int64_t>& part) {
        if (is_new)
            total = part;
        else if (total)
            total = part ? std::optional(saturating_add(*total, *part)) : std::nullopt;
    };
    sum.role = folder.role;
    add(sum.messages, folder.messages);
    add(sum.size_bytes, folder.size_bytes);
}

void add_snapshot(MailboxStatus& status, const MailboxRecord& record, const std::string& hash_key) {
    const Snapshot& snapshot = *record.snapshot;
    status.last_success = snapshot.measured_at;
    status.quota = snapshot.quota;
    for (Resource& resource : status.quota)
        resource.root = public_root(resource.root, *record.settings, hash_key);
    for (const Folder& folder : snapshot.folders)
        add_to_role(status.roles, folder);
    std::int64_t messages = 0;
    for (const auto& [role, folder] : status.roles) {
        if (role == FolderRole::all || role == FolderRole::flagged)
            continue;
        if (!folder.messages)
            return;
        messages = saturating_add(messages, *folder.messages);
    }
    if (!status.roles.empty())
        status.messages = messages;
}

/// Used ratios at which the stages begin.
std::array<double, 4> begins_at(const Policy& policy) {
    return {policy.notice.used.value_or(0), policy.warning.used.value_or(0), policy.urgent.used.value_or(0),
            policy.full.used.value_or(0)};
}

MailsTo mails_to(const settings::Mailbox& mailbox) {
    if (mailbox.tell != settings::Tell::owner)
        return mailbox.tell == settings::Tell::nobody ? MailsTo::nobody : MailsTo::webmaster;
    return mailbox.owner.mail.empty() ? MailsTo::mailbox_itself : MailsTo::owner;
}

std::string note_of(const MailboxStatus& mailbox) {
    if (mailbox.silenced)
        return "silenced until " + format_date(os::local_time(mailbox.silenced->until).day) + ": " +
               mailbox.silenced->reason;
    if (mailbox.mails_to == MailsTo::nobody)
        return "nobody is mailed";
    return mailbox.mails_to == MailsTo::webmaster ? "the webmaster is told" : "";
}

/// Adds what the webmaster wants to know beside the measurement.
class Annotator {
public:
    Annotator(const Sitters& sitters, Time now, os::SteadyTime steady)
        : sitters_(sitters), times_(sitters.settings.alerts, now), now_(now), steady_(steady) {
        for (const store::Silence& silence : sitters.beside.silences)
            silences_[silence.mailbox] = &silence;
    }

    void annotate(MailboxStatus& mailbox, const MailboxRecord& record) {
        if (const auto silence = silences_.find(mailbox.slug); silence != silences_.end())
            mailbox.silenced = Silenced{.until = silence->second->until, .reason = silence->second->reason};
        mailbox.mails_to = mails_to(*record.settings);
        if (const std::string note = note_of(mailbox); !note.empty())
            mailbox.note = note;
        const auto waiting = sitters_.beside.waiting.find(mailbox.slug);
        mailbox.next = next_steps(
            {.settings = sitters_.settings,
             .alert = record.alert,
             .burst = sitters_.burst,
             .silent_until = mailbox.silenced ? std::optional(mailbox.silenced->until) : std::nullopt,
             .waiting_until = waiting != sitters_.beside.waiting.end() ? std::optional(waiting->second) : std::nullopt,
             .measured_at = {}},
            times_);
        if (const auto due = sitters_.visits.when(*record.settings))
            mailbox.next_attempt = now_ + std::chrono::ceil<Seconds>(*due - steady_);
    }

private:
    const Sitters& sitters_;
    std::map<std::string, const store::Silence*> silences_;
    MailTimes times_;
    Time now_;
    os::SteadyTime steady_;
};

/// What was drawn before, where it says the same.
std::shared_ptr<const MailboxStatus> same_or_new(std::shared_ptr<const MailboxStatus> before, MailboxStatus drawn) {
    if (before && before->next_attempt && drawn.next_attempt &&
        std::chrono::abs(*before->next_attempt - *drawn.next_attempt) <= Seconds(1))
        drawn.next_attempt = before->next_attempt; // the seconds of the two clocks begin at different moments
    return before && *before == drawn ? std::move(before) : std::make_shared<const MailboxStatus>(std::move(drawn));
}

/// Whether every mailbox was tried once, and since when each was tried.
void note_rounds(Status& status) {
    Time oldest = status.at;
    for (const MailboxStatus& mailbox : status.mailboxes) {
        if (!mailbox.here)
            continue;
        if (!mailbox.last_attempt)
            return;
        oldest = std::min(oldest, *mailbox.last_attempt);
    }
    if (!status.first_round_done)
        status.first_round_done = status.at;
    status.last_round_done = oldest;
}

} // namespace

std::string public_root(const std::string& root, const settings::Mailbox& mailbox, const std::string& hash_key) {
    const std::string folded = lower(root);
    for (const std::string& name : names_of(mailbox)) {
        if (folded.find(lower(name)) != std::string::npos)
            return "root-" + store::keyed_hash(hash_key, "root\n" + root, 8);
    }
    return root;
}

observe::PrivateNames private_names(const MailboxRecord& record) {
    observe::PrivateNames names{.logins = {record.settings->username, record.settings->authorize_as},
                                .addresses = {record.settings->address},
                                .folders = {}};
    if (!record.snapshot)
        return names;
    for (const Folder& folder : record.snapshot->folders) {
        if (folder.role == FolderRole::other)
            names.folders.push_back(folder.name);
    }
    return names;
}

void hide_evidence(MailboxRecord& record) {
    const observe::PrivateNames names = private_names(record);
    auto shown = std::make_shared<std::vector<Evidence>>();
    for (const Evidence& evidence : record.evidence)
        shown->push_back(observe::public_evidence(evidence, names));
    record.public_evidence = std::move(shown);
}

MailboxStatus picture_of(const MailboxRecord& record, const std::string& hash_key) {
    MailboxStatus status;
    status.slug = record.settings->slug;
    status.server = record.settings->server;
    status.here = record.here;
    status.policy = {record.settings, &record.settings->policy};
    status.assessment = record.assessment;
    if (status.assessment.tightest)
        status.assessment.tightest->root = public_root(status.assessment.tightest->root, *record.settings, hash_key);
    status.stage_since = record.alert.stage.since;
    if (record.snapshot)
        add_snapshot(status, record, hash_key);
    status.forecast = record.forecast;
    status.forecast_reason = record.forecast_reason;
    status.last_attempt = record.last_attempt;
    status.last_probe_succeeded = record.last_attempt.has_value() && !record.failure;
    if (record.failure)
        status.failure = ProbeFailure{.kind = record.failure->kind,
                                      .detail = observe::hide_names(record.failure->detail, private_names(record))};
    status.evidence = record.public_evidence;
    status.advice = record.advice;
    status.begins_at = begins_at(record.settings->policy);
    status.failing_since = record.failing_since;
    status.last_cost = record.last_cost;
    status.failures = record.failures;
    if (record.alert.episode)
        status.last_told = record.alert.episode->told;
    status.notifications_sent = record.notifications_sent;
    status.decision = record.decision;
    status.note = record.note;
    return status;
}

Beside beside_at(store::Database& database, Time now) {
    return {.outbox_pending = database.unsent_mail(),
            .silences = database.silences(now),
            .waiting = database.waiting_mail()};
}

void draw_mailboxes(Status& status, const Sitters& sitters, Time now, os::SteadyTime steady) {
    status.at = now;
    status.outbox_pending = sitters.beside.outbox_pending;
    status.silences_active = static_cast<int>(sitters.beside.silences.size());
    Annotator annotator(sitters, now, steady);
    const SharedList<MailboxStatus> before = std::exchange(status.mailboxes, {});
    status.mailboxes.reserve(sitters.settings.mailboxes.size());
    for (const settings::Mailbox& mailbox : sitters.settings.mailboxes) {
        const MailboxRecord& record = sitters.records.at(mailbox.slug);
        MailboxStatus drawn = picture_of(record, sitters.hash_key);
        annotator.annotate(drawn, record);
        status.mailboxes.add(same_or_new(before.shared(status.mailboxes.size()), std::move(drawn)));
    }
    note_rounds(status);
}

} // namespace mailquotad::app
