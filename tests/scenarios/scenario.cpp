#include "scenarios/scenario.h"

#include "app/daemon.h"
#include "fakes/fake_clock.h"
#include "fakes/fake_notifier.h"
#include "fakes/fake_service_manager.h"
#include "fakes/small_imap_server.h"
#include "settings/settings.h"

#include <spdlog/spdlog.h>

#include <filesystem>
#include <fstream>
#include <regex>
#include <sstream>
#include <stdexcept>

namespace mailquotad::scenarios {

namespace {

constexpr std::int64_t kKibPerMib = 1024;
const Time kFirstDay{std::chrono::sys_days{std::chrono::year{2026} / 11 / 2}};

/// Something that happens at a moment.
struct Step {
    Time at;
    std::vector<std::string> words;
};

struct Script {
    Seconds interval = std::chrono::hours(1);
    Seconds confirm{0};
    std::optional<QuietHours> quiet;
    std::vector<std::pair<std::string, int>> mailboxes;
    std::vector<Step> steps;
    Time end{};
    Outcome outcome;
};

std::chrono::minutes clock_time(const std::string& text) {
    return std::chrono::hours(std::stoi(text.substr(0, 2))) + std::chrono::minutes(std::stoi(text.substr(3, 2)));
}

Time day(const std::string& number) {
    return kFirstDay + Days(std::stoi(number) - 1);
}

void read_line(Script& script, bool& in_mails, const std::string& line) {
    std::istringstream stream(line);
    std::vector<std::string> words;
    for (std::string word; stream >> word;)
        words.push_back(word);
    if (words.empty() || words[0][0] == '#')
        return;
    if (words[0] == "mails")
        in_mails = true;
    else if (in_mails)
        script.outcome.expected.push_back(line);
    else if (words[0] == "interval")
        script.interval = parse_duration(words.at(1)).value();
    else if (words[0] == "confirm")
        script.confirm = parse_duration(words.at(1)).value();
    else if (words[0] == "quiet")
        script.quiet = QuietHours{.begin = clock_time(words.at(1)), .end = clock_time(words.at(2))};
    else if (words[0] == "mailbox")
        script.mailboxes.emplace_back(words.at(1), std::stoi(words.at(2)));
    else if (words[0] == "until")
        script.end = day(words.at(2));
    else if (words[0] == "day")
        script.steps.push_back(
            {.at = day(words.at(1)) + clock_time(words.at(2)), .words = {words.begin() + 3, words.end()}});
    else
        throw std::invalid_argument("not understood: " + line);
}

Script read(const std::string& text) {
    Script script;
    bool in_mails = false;
    std::istringstream stream(text);
    for (std::string line; std::getline(stream, line);)
        read_line(script, in_mails, line);
    return script;
}

/// The world of one scenario.
class Theatre {
public:
    explicit Theatre(const Script& script) : script_(script), clock_(kFirstDay) {
        std::string pattern = (std::filesystem::temp_directory_path() / "mailquotad-scenario-XXXXXX").string();
        if (::mkdtemp(pattern.data()) == nullptr)
            throw std::runtime_error("no temporary folder");
        folder_ = pattern;
        std::ofstream(folder_ / "password") << "secret\n";
        for (const auto& [name, percent] : script.mailboxes)
            server_.set(login(name), {.used_kib = percent * 10 * kKibPerMib, .limit_kib = 1000 * kKibPerMib});
        spdlog::set_level(spdlog::level::off);
    }
    ~Theatre() {
        daemon_.reset();
        database_.reset();
        std::filesystem::remove_all(folder_);
    }
    Theatre(const Theatre&) = delete;
    Theatre& operator=(const Theatre&) = delete;

    Outcome play() {
        restart();
        std::size_t next_step = 0;
        settle();
        while (clock_.now() < script_.end) {
            Time until = script_.end;
            if (next_step < script_.steps.size())
                until = std::min(until, script_.steps[next_step].at);
            const auto due = daemon_->next_due();
            auto wait = std::chrono::nanoseconds(until - clock_.now());
            if (due)
                wait = std::min(wait, std::chrono::nanoseconds(*due - clock_.steady()));
            clock_.advance(std::max(wait, std::chrono::nanoseconds(std::chrono::milliseconds(1))));
            for (; next_step < script_.steps.size() && script_.steps[next_step].at <= clock_.now(); ++next_step)
                apply(script_.steps[next_step].words);
            settle();
        }
        Outcome outcome = script_.outcome;
        outcome.mails = mails_;
        return outcome;
    }

private:
    static std::string login(const std::string& name) { return name + "@verein.example"; }

    settings::Settings settings() const {
        settings::Settings settings;
        settings.language = "de";
        settings.state_directory = folder_;
        settings.poll.interval = script_.interval;
        settings.alerts.confirm_after = script_.confirm;
        settings.alerts.quiet_hours = script_.quiet;
        settings.smtp.emplace().from = "Webmaster <webmaster@verein.example>";
        settings::Server server;
        server.key = "qloc";
        server.imap = Endpoint{.host = "imap.example", .port = 993};
        settings.servers["qloc"] = server;
        for (const auto& [name, percent] : script_.mailboxes) {
            settings::Mailbox mailbox;
            mailbox.address = mailbox.username = login(name);
            mailbox.slug = name;
            mailbox.server = "qloc";
            mailbox.password = {
                .form = settings::SecretReference::Form::file, .value = (folder_ / "password").string(), .command = {}};
            mailbox.owner.mail = {name + "@privat.example"};
            mailbox.policy = default_policy();
            settings.mailboxes.push_back(mailbox);
        }
        return settings;
    }

    void restart() {
        daemon_.reset();
        database_.reset();
        database_ = std::make_unique<store::Database>(store::Database::open_sqlite(folder_));
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
                             .publish = [](const StatusPointer&) {},
                             .reload = [] { return std::nullopt; },
                             .version = "test"},
            settings());
    }

    void apply(const std::vector<std::string>& words) {
        const std::string& what = words.at(0);
        if (what == "restart")
            return restart();
        if (what == "server")
            return server_.set_down(words.at(1) == "down");
        if (what == "smtp")
            return notifier_->answer_with(words.at(1) == "down"       ? notify::DeliveryOutcome::deferred
                                          : words.at(1) == "refusing" ? notify::DeliveryOutcome::refused
                                                                      : notify::DeliveryOutcome::accepted);
        fakes::SmallAccount account = server_.account(login(what));
        if (words.at(1) == "limit")
            account.limit_kib = std::stoll(words.at(2)) * kKibPerMib;
        else if (words.at(1) == "password")
            account.password = words.at(2) == "right" ? "secret" : "changed";
        else
            account.used_kib = std::stoll(words.at(1)) * 10 * kKibPerMib;
        server_.set(login(what), account);
    }

    /// Lets everything happen that happens now.
    void settle() {
        daemon_->turn();
        while (daemon_->is_busy()) {
            daemon_->handle(events_.wait());
            daemon_->turn();
        }
        for (; seen_ < notifier_->accepted().size(); ++seen_)
            note(notifier_->accepted()[seen_]);
    }

    /// The mails to owners, as a line of the script.
    void note(const notify::Delivery& delivery) {
        if (!delivery.to.front().ends_with("@privat.example"))
            return;
        std::smatch id;
        std::smatch stage;
        const std::regex header("X-Mailquotad-Stage: (\\w+)");
        if (!std::regex_search(delivery.text, stage, header))
            throw std::runtime_error("a mail without a stage");
        const auto days = std::chrono::floor<Days>(clock_.now() - kFirstDay).count();
        const std::regex kind("X-Mailquotad-Kind: (\\w+)");
        std::regex_search(delivery.text, id, kind);
        mails_.push_back("day " + std::to_string(days + 1) + ' ' +
                         delivery.to.front().substr(0, delivery.to.front().find('@')) + ' ' + stage[1].str() + ' ' +
                         id[1].str());
    }

    const Script& script_;
    std::filesystem::path folder_;
    fakes::FakeClock clock_;
    fakes::SmallImapServer server_;
    fakes::FakeServiceManager service_;
    std::shared_ptr<fakes::FakeNotifier> notifier_ = std::make_shared<fakes::FakeNotifier>();
    os::EventQueue<app::Event> events_;
    os::Cancellation cancellation_;
    text::Catalog catalog_{std::filesystem::path(SOURCE_FOLDER) / "config/messages"};
    text::ClientGuides guides_{std::filesystem::path(SOURCE_FOLDER) / "config/clients"};
    std::unique_ptr<store::Database> database_;
    std::unique_ptr<app::Daemon> daemon_;
    std::size_t seen_ = 0;
    std::vector<std::string> mails_;
};

} // namespace

Outcome play(const std::string& script) {
    const Script parsed = read(script);
    return Theatre(parsed).play();
}

} // namespace mailquotad::scenarios
