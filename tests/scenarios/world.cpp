#include "scenarios/world.h"

#include <spdlog/spdlog.h>

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <stdexcept>

namespace mailquotad::scenarios {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view kPrivate = "@privat.example";
constexpr std::string_view kSecond = "@zweit.example";
constexpr std::string_view kAdmin = "webmaster@verein.example";
constexpr std::string_view kSubjectTag = "[Mailboxes] ";
/// The real loop wakes twice a minute. What is seen then, all of it for the webmaster, is seen here by waking once
/// after each moment at which something happened: a script may be long.
constexpr std::chrono::nanoseconds kWakesAfter = std::chrono::minutes(1);

/// In memory where the machine has such a place: the daemon brings every step to the disk.
fs::path fast_folder() {
    const fs::path memory = "/dev/shm";
    const fs::path place = ::access(memory.c_str(), W_OK) == 0 ? memory : fs::temp_directory_path();
    std::string pattern = (place / "mailquotad-scenario-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr)
        throw std::runtime_error("no temporary folder");
    return pattern;
}

/// The value of a header of a message, unfolded; empty where there is none.
std::string header(const std::string& message, const std::string& name) {
    const std::string wanted = "\r\n" + name + ": ";
    const std::size_t begin = ("\r\n" + message).find(wanted);
    if (begin == std::string::npos)
        return {};
    const std::size_t value = begin + wanted.size() - 2;
    std::size_t end = message.find("\r\n", value);
    std::string text = message.substr(value, end - value);
    while (end + 2 < message.size() && message[end + 2] == ' ') {
        const std::size_t more = end + 2;
        end = message.find("\r\n", more);
        text += message.substr(more, end - more);
    }
    return text;
}

bool is_held_back(DecisionReason reason) {
    switch (reason) {
    case DecisionReason::not_confirmed:
    case DecisionReason::mail_waiting:
    case DecisionReason::quiet_hours:
    case DecisionReason::once_a_day:
    case DecisionReason::per_hour_limit:
    case DecisionReason::silenced:
    case DecisionReason::others_first:
    case DecisionReason::burst_held:
    case DecisionReason::day_off:
    case DecisionReason::never_mailed:
    case DecisionReason::no_smtp:
    case DecisionReason::delivery_refused:
        return true;
    default:
        return false;
    }
}

std::string stage_text(const std::optional<Stage>& stage) {
    return stage ? std::string(to_string(*stage)) : "unknown";
}

std::string reasons_text(const std::vector<Reason>& reasons) {
    std::string text;
    for (const Reason reason : reasons)
        text += (text.empty() ? " " : ",") + std::string(to_string(reason));
    return text;
}

/// The defaults without forecasts: what a forecast says nobody reckons by hand.
Policy reckonable_policy() {
    Policy policy = default_policy();
    for (const Stage stage : {Stage::notice, Stage::warning, Stage::urgent, Stage::full})
        policy.rule(stage).full_within.reset();
    return policy;
}

NotificationKind kind_of(DecisionReason reason) {
    if (reason == DecisionReason::all_clear)
        return NotificationKind::all_clear;
    return reason == DecisionReason::reminder_due ? NotificationKind::reminder : NotificationKind::warning;
}

std::string mail_key(std::string_view kind, std::string_view stage) {
    return std::string(kind) + ' ' + std::string(stage);
}

} // namespace

World::World(WorldOptions options)
    : options_(std::move(options)), folder_(fast_folder()),
      clock_((os::set_zone(options_.zone), from_local(options_.first_day, std::chrono::minutes(0)))) {
    set_credential("secret");
    for (const Box& box : options_.boxes)
        server_.set(login(box.name), {.used_kib = box.used_kib, .limit_kib = box.limit_kib});
    spdlog::set_level(spdlog::level::off);
    open();
}

World::~World() {
    daemon_.reset();
    database_.reset();
    std::error_code ignored;
    fs::remove_all(folder_, ignored);
    os::set_zone("UTC");
}

void World::set_credential(const std::string& password) {
    std::ofstream(folder_ / "password") << password << '\n';
}

void World::open() {
    database_ = std::make_unique<store::Database>(store::Database::open({.folder = folder_}));
}

void World::start() {
    daemon_.reset();
    database_.reset(); // what is only in memory does not survive
    open();
    daemon_ = std::make_unique<app::Daemon>(
        app::DaemonParts{.clock = clock_,
                         .connector = server_,
                         .service = service_,
                         .database = *database_,
                         .events = events_,
                         .catalog = catalog_,
                         .guides = guides_,
                         .cancellation = cancellation_,
                         .secrets = {},
                         .make_notifier = [this](const settings::Smtp&) { return notifier_; },
                         .publish = [this](const StatusPointer& status) { look_at(status); },
                         .reload = [] { return std::nullopt; },
                         .version = "test",
                         .poll_jitter = 0},
        settings());
    settle();
}

void World::stop() {
    daemon_.reset();
}

void World::run_until(Time end) {
    while (clock_.now() < end) {
        const bool wakes = wakes_soon_ && options_.has_admin;
        auto wait = std::chrono::nanoseconds(end - clock_.now());
        if (daemon_) {
            if (const auto due = daemon_->next_due())
                wait = std::min(wait, std::chrono::nanoseconds(*due - clock_.steady()));
        }
        const bool only_wakes = wakes && wait > kWakesAfter;
        clock_.advance(std::clamp<std::chrono::nanoseconds>(
            wait, std::chrono::milliseconds(1), only_wakes ? kWakesAfter : std::chrono::nanoseconds::max()));
        wakes_soon_ = settle() || !only_wakes;
    }
}

bool World::settle() {
    wakes_soon_ = true;
    if (!daemon_)
        return false;
    const std::size_t first = happenings_.size();
    daemon_->turn();
    const bool was_busy = daemon_->is_busy();
    while (daemon_->is_busy()) {
        daemon_->handle(events_.wait());
        daemon_->turn();
    }
    for (const std::string& name : server_.take_refused())
        note(name.substr(0, name.find('@')), "login refused");
    for (const notify::Delivery& delivery : notifier_->take_accepted())
        note_mail(delivery);
    sort_moment(first);
    return was_busy;
}

/// Of what happened at one moment the order of the script's mailboxes is told, not that of the threads.
void World::sort_moment(std::size_t first) {
    const auto place = [this](const std::string& who) {
        return std::find_if(options_.boxes.begin(), options_.boxes.end(),
                            [&who](const Box& box) { return box.name == who; });
    };
    std::stable_sort(
        happenings_.begin() + static_cast<std::ptrdiff_t>(first), happenings_.end(),
        [&place](const Happening& one, const Happening& other) { return place(one.who) < place(other.who); });
}

std::vector<Happening> World::take_happenings() {
    return std::exchange(happenings_, {});
}

settings::Settings World::settings() const {
    settings::Settings settings = options_.settings;
    settings.language = "en"; // subjects in ASCII, to be read in a script
    settings.timezone = options_.zone;
    settings.state_directory = folder_;
    settings.poll.workers = 1; // one after the other, so that a script can say who is first
    if (options_.has_smtp)
        settings.smtp.emplace().from = "Webmaster <webmaster@verein.example>";
    if (options_.has_smtp && options_.has_admin)
        settings.smtp->admin = {std::string(kAdmin)};
    settings::Server server;
    server.key = "qloc";
    server.imap = Endpoint{.host = "imap.example", .port = 993};
    settings.servers["qloc"] = server;
    for (const Box& box : options_.boxes)
        settings.mailboxes.push_back(mailbox(box));
    return settings;
}

settings::Mailbox World::mailbox(const Box& box) const {
    settings::Mailbox mailbox;
    mailbox.address = mailbox.username = login(box.name);
    mailbox.slug = box.name;
    mailbox.server = "qloc";
    mailbox.password = {
        .form = settings::SecretReference::Form::file, .value = (folder_ / "password").string(), .command = {}};
    if (box.owner_has_address)
        mailbox.owner.mail.push_back(box.name + std::string(kPrivate));
    if (box.owner_has_second)
        mailbox.owner.mail.push_back(box.name + std::string(kSecond));
    mailbox.owner.notice = box.owner_wants_notice;
    mailbox.tell = box.tell;
    mailbox.policy = options_.judges_by_forecast ? default_policy() : reckonable_policy();
    return mailbox;
}

void World::look_at(const StatusPointer& status) {
    status_ = status;
    for (const MailboxStatus& mailbox : status->mailboxes)
        look_at(mailbox);
}

void World::look_at(const MailboxStatus& mailbox) {
    Seen& seen = seen_[mailbox.slug];
    const auto& stage = mailbox.assessment.stage;
    if (!mailbox.last_attempt || mailbox.failure)
        return; // not measured since the daemon started, or not now
    if (seen.decision == mailbox.decision && seen.stage == stage)
        return;
    seen.decision = mailbox.decision;
    seen.stage = stage;
    const std::string reason(to_string(mailbox.decision));
    if (is_sent(mailbox.decision)) {
        seen.holds = false;
        seen.reasons[mail_key(to_string(kind_of(mailbox.decision)), stage_text(stage))] =
            reason + reasons_text(mailbox.assessment.reasons);
    } else if (is_held_back(mailbox.decision)) {
        seen.holds = true;
        note(mailbox.slug, "held " + stage_text(stage) + ' ' + reason);
    } else if (std::exchange(seen.holds, false) || mailbox.decision == DecisionReason::withdrawn) {
        note(mailbox.slug, "quiet " + reason);
    }
}

void World::note_mail(const notify::Delivery& delivery) {
    const std::string slug = header(delivery.text, "X-Mailquotad-Mailbox");
    const std::string stage = header(delivery.text, "X-Mailquotad-Stage");
    const std::string kind = header(delivery.text, "X-Mailquotad-Kind");
    const std::string& to = delivery.to.front();
    if (to == kAdmin)
        return note_webmaster_mail(delivery.text, slug);
    if (to == login(slug) && delivery.text.find(".copy@") != std::string::npos)
        return; // the copy to the mailbox itself; its refusal or acceptance changes nothing
    const bool is_second = std::string_view(to).ends_with(kSecond);
    Seen& seen = seen_[slug];
    seen.holds = false;
    note(slug, std::string("mail ") + (is_second ? "second " : "") + stage + ' ' + kind + ' ' +
                   seen.reasons[mail_key(kind, stage)]);
}

void World::note_webmaster_mail(const std::string& text, const std::string& slug) {
    if (!slug.empty()) {
        const bool is_over = header(text, "X-Mailquotad-Kind") == to_string(NotificationKind::all_clear);
        return note("webmaster", std::string(is_over ? "mail all_clear " : "mail call ") + slug);
    }
    std::string subject = header(text, "Subject");
    if (subject.starts_with(kSubjectTag))
        subject.erase(0, kSubjectTag.size());
    note("webmaster", "mail " + subject);
}

void World::note(const std::string& who, const std::string& what) {
    happenings_.push_back({.at = clock_.now(), .who = who, .what = what});
}

Time from_local(std::chrono::sys_days day, std::chrono::minutes minute_of_day) {
    const Time as_utc = day + minute_of_day;
    const auto offset_at = [](Time time) {
        const LocalTime local = os::local_time(time);
        return local.day + local.minute_of_day - std::chrono::floor<std::chrono::minutes>(time);
    };
    return as_utc - offset_at(as_utc - offset_at(as_utc));
}

} // namespace mailquotad::scenarios
