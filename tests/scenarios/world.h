// A small world around the real loop: mailboxes on a server in memory, a mail server, a clock; and what was seen of the
// loop from outside.
#pragma once

#include "app/daemon.h"
#include "fakes/fake_clock.h"
#include "fakes/fake_notifier.h"
#include "fakes/fake_service_manager.h"
#include "fakes/small_imap_server.h"
#include "settings/settings.h"

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace mailquotad::scenarios {

/// A mailbox as it is when the world begins.
struct Box {
    std::string name;
    std::int64_t used_kib = 0;
    std::optional<std::int64_t> limit_kib = 1000 * 1024;
    bool owner_has_address = true;
    bool owner_has_second = false; ///< NAME@zweit.example, after NAME@privat.example
    bool owner_wants_notice = false;
    settings::Tell tell = settings::Tell::owner;
};

struct WorldOptions {
    std::string zone = "UTC";
    std::chrono::sys_days first_day{std::chrono::year{2026} / 11 / 2}; ///< a Monday
    std::vector<Box> boxes;
    settings::Settings settings; ///< poll and alerts are taken from here
    bool has_smtp = true;
    bool has_admin = false; ///< webmaster@verein.example
    bool judges_by_forecast = false;
};

/// What a person could have noticed, in the words of a script (see scenario.h).
struct Happening {
    Time at{};
    std::string who;
    std::string what;
};

class World {
public:
    explicit World(WorldOptions options);
    ~World();
    World(const World&) = delete;
    World& operator=(const World&) = delete;

    /// The daemon starts, on the same database as before, and does what is due.
    void start();
    void stop();
    /// Lets time pass; both ends in the machine's own time.
    void run_until(Time end);
    /// Lets everything happen that happens now; whether there was a probe or a mail.
    bool settle();

    [[nodiscard]] bool is_running() const { return daemon_ != nullptr; }
    [[nodiscard]] Time now() const { return clock_.now(); }
    /// What happened since the last call, in order.
    [[nodiscard]] std::vector<Happening> take_happenings();
    /// The last picture that the daemon published.
    [[nodiscard]] StatusPointer status() const { return status_; }

    [[nodiscard]] fakes::SmallAccount account(const std::string& name) const { return server_.account(login(name)); }
    void set_account(const std::string& name, const fakes::SmallAccount& account) { server_.set(login(name), account); }
    /// What stands in the file with the password that is used for all mailboxes.
    void set_credential(const std::string& password);
    fakes::FakeClock& clock() { return clock_; }
    fakes::SmallImapServer& server() { return server_; }
    fakes::FakeNotifier& notifier() { return *notifier_; }
    store::Database& database() { return *database_; }

private:
    /// What was last seen of a mailbox.
    struct Seen {
        DecisionReason decision = DecisionReason::stage_ok;
        std::optional<Stage> stage;
        bool holds = false; ///< a mail was held back, and it neither went out nor was given up since
        std::map<std::string, std::string> reasons; ///< of the last mail of each kind that was decided
    };

    static std::string login(const std::string& name) { return name + "@verein.example"; }
    settings::Settings settings() const;
    settings::Mailbox mailbox(const Box& box) const;
    void open();
    void look_at(const StatusPointer& status);
    void look_at(const MailboxStatus& mailbox);
    void note_mail(const notify::Delivery& delivery);
    void note_webmaster_mail(const std::string& text, const std::string& slug);
    void note(const std::string& who, const std::string& what);
    void sort_moment(std::size_t first);

    WorldOptions options_;
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
    StatusPointer status_;
    std::map<std::string, Seen> seen_;
    std::vector<Happening> happenings_;
    bool wakes_soon_ = true;
};

/// The moment at which the clocks of the set zone show this.
Time from_local(std::chrono::sys_days day, std::chrono::minutes minute_of_day);

} // namespace mailquotad::scenarios
