// This daemon's share of the work, where several use one database: who looks at which mailbox, over how many
// connections, and who speaks for all of them with the webmaster.
#pragma once

#include "app/probe_job.h"
#include "app/visits.h"
#include "os/clock.h"
#include "settings/settings.h"
#include "store/database.h"

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace mailquotad::app {

/// The unit of work of whoever tells the webmaster, reads bounces and tidies up. No visit can have this name.
inline constexpr const char* kWebmastersAffairs = "*";

/// What one turn changed.
struct ShareChange {
    std::vector<store::Taken> taken;  ///< units that are ours from now on; due_at on the clock of this machine
    std::vector<std::string> lost;    ///< units that no longer are
    std::vector<std::string> changed; ///< units of others that were looked at
    [[nodiscard]] bool any() const { return !taken.empty() || !lost.empty() || !changed.empty(); }
};

/// What the share must know of the loop.
struct ShareNeeds {
    std::function<bool(const std::string& unit)> is_busy;      ///< looked at, or mail about it on its way
    std::function<int(const std::string& server)> connections; ///< open now
    std::function<std::optional<os::SteadyTime>(const std::string& unit)> due; ///< nothing while it is looked at
};

/// Used by the loop alone. A daemon lives in the database for a while longer than any probe takes and says so again in
/// time; one that did not is dead to the others, which take over what it held. Each server's connections are dealt out,
/// and its mailboxes in proportion. With a database of one's own all of it is ours, at once and for ever.
class Share {
public:
    Share(store::Database& database, const os::Clock& clock);

    [[nodiscard]] bool is_alone() const { return !shared_; }
    /// How this process is called in the database.
    [[nodiscard]] const std::string& name() const { return name_; }
    [[nodiscard]] bool holds(const std::string& unit) const { return !shared_ || held_.contains(unit); }
    /// holds() as a function.
    [[nodiscard]] std::function<bool(const std::string&)> ours() const {
        return [this](const std::string& unit) { return holds(unit); };
    }
    /// With the webmaster, for all daemons; and tidies up.
    [[nodiscard]] bool speaks() const { return holds(kWebmastersAffairs); }
    /// Whether work that begins now and takes this long ends before others could take it for abandoned.
    [[nodiscard]] bool may_begin(Seconds longest) const;
    /// How many connections to a server may be open.
    [[nodiscard]] int connections(const std::string& server, int per_server) const;
    /// How many daemons share the work, this one among them.
    [[nodiscard]] int daemons() const { return shared_ ? daemons_ : 1; }

    /// The mailboxes and connections that there are to be dealt out.
    void set(const settings::Settings& settings);
    /// Every few seconds: lives on, takes what is free and fair, gives back what is too much. Of thousands of mailboxes
    /// some hundreds change hands at once, the others in turns that follow without a rest. Throws store::StoreError;
    /// then the next turn goes on.
    ShareChange turn(const ShareNeeds& needs);
    /// The sooner of `other` and the next turn.
    [[nodiscard]] std::optional<os::SteadyTime> sooner(std::optional<os::SteadyTime> other) const;
    /// A visit ended; kept with the next turn for whoever takes it over. Nothing where it is no longer ours.
    void ended(const std::string& unit, std::optional<os::SteadyTime> due);
    /// Whether mail about a mailbox is ours to send, for Database::due_mail; empty: all of it. Valid as long as
    /// `records`.
    [[nodiscard]] std::function<bool(const std::string& slug)> mail_of(const MailboxRecords& records) const;
    /// Runs `work`, which decides and writes, so that no other daemon does so about this unit meanwhile; again where
    /// another one was faster with what concerns all. Throws store::ClaimLostError where the unit is not ours any more.
    void undisturbed(const std::string& unit, const std::function<void()>& work);
    /// Gives everything back, once nothing of it is under way any more. Always true.
    bool leave() noexcept;

private:
    struct Server {
        int units = 0;
        int per_server = 0;
        int slots = 0; ///< connections that are ours
        int wanted = 0;
    };

    os::SteadyTime live_on();
    void enrol();
    void make_sure();
    void balance(const std::string& key, Server& server, std::size_t rank, const ShareNeeds& needs);
    void balance_connections(const std::string& key, Server& server, std::size_t rank, const ShareNeeds& needs);
    void take(const std::string& server, int most);
    void hear_of_others();
    [[nodiscard]] std::size_t handed_over() const;
    void give_back(const std::string& server, int count, const ShareNeeds& needs);
    void release(std::vector<std::string> units);
    void keep_ends();
    void lose_all();

    store::Database& database_;
    store::Sharing sharing_;
    const os::Clock& clock_;
    bool shared_;
    os::SteadyTime made_at_;
    std::string host_;
    std::string name_;
    bool entered_ = false;
    bool to_enrol_ = false;
    bool uncertain_ = false; ///< a turn broke off: what is ours must be asked
    ShareChange change_;     ///< not told yet
    Seconds lease_{0};
    os::SteadyTime lives_until_{};
    os::SteadyTime next_turn_{};
    Time database_now_{};             ///< of the turn under way
    Time seen_until_{};               ///< what others changed before is known
    std::set<std::string> elsewhere_; ///< changed by others, and not told yet
    int daemons_ = 1;
    std::map<std::string, std::string> server_of_; ///< of each unit of the settings
    std::map<std::string, Server> servers_;
    std::set<std::string> held_;
    std::map<std::string, os::SteadyTime> ends_; ///< not kept yet: when each unit is due next
};

} // namespace mailquotad::app
