// When each mailbox is due: intervals with jitter, back-off after failures, an earlier look to confirm a stage.
#pragma once

#include "core/measurement.h"
#include "core/time.h"
#include "os/clock.h"

#include <functional>
#include <map>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace mailquotad::app {

/// How long after a probe the next one begins, before jitter. `failures` is how many failed in a row. A kind that
/// passes by itself is tried a little later each time; a throttling server gets much longer rests.
Seconds delay_after(Seconds interval, std::optional<FailureKind> failure, int failures);

/// The share of an interval by which polls are spread, so that they do not come in lockstep.
inline constexpr double kPollJitter = 0.05;

class Schedule {
public:
    using Moment = os::SteadyTime;

    explicit Schedule(double jitter = kPollJitter) : jitter_(jitter) {}

    /// Adds a mailbox of a server, due at this time; one that is there keeps its time.
    void add(const std::string& slug, Moment due, const std::string& server = {});
    void remove(const std::string& slug);
    /// The same once it no longer runs, unless it is added again meanwhile.
    void remove_when_idle(const std::string& slug);

    /// Mailboxes that are due and not running, longest waiting first.
    [[nodiscard]] std::vector<std::string> due(Moment now) const;
    /// Which of the mailboxes that are due and not running waits longest, among those whose server has room; nothing
    /// where none is. `has_room` is asked once for each server at which something is due.
    [[nodiscard]] std::optional<std::string>
    next_due(Moment now, const std::function<bool(const std::string& server)>& has_room) const;
    /// The next time at which something becomes due; nothing where all are running or due already.
    [[nodiscard]] std::optional<Moment> next_after(Moment now) const;
    /// When this mailbox is due; nothing while it runs.
    [[nodiscard]] std::optional<Moment> when(const std::string& slug) const;

    void started(const std::string& slug);
    /// Due again after `delay` give or take the jitter, and never earlier than `not_before` from now where the server
    /// wants that.
    void finished(const std::string& slug, Moment now, Seconds delay, std::optional<Seconds> not_before = {});
    /// Due not later than `at`, or as soon as the server allows; does nothing to one that runs.
    void hasten(const std::string& slug, Moment at);
    /// The same for all mailboxes.
    void hasten_all(Moment at);
    /// Due at once because it is asked in another way than before; one that runs, as soon as it has ended. What the
    /// server wanted counts no more where it is another one.
    void ask_anew(const std::string& slug, Moment now, bool of_another_server);

private:
    using Waiting = std::set<std::pair<Moment, std::string>>; ///< the soonest first
    struct Entry {
        std::string server;
        Moment due;
        Moment earliest{}; ///< the server wants no login before
        bool running = false;
        bool anew = false;      ///< due as soon as it has ended
        bool leaves = false;    ///< to be removed as soon as it has ended
        bool elsewhere = false; ///< and what the server of this look wants does not count
    };
    using Entries = std::unordered_map<std::string, Entry>;
    void wait_until(Entries::value_type& entry, Moment due);
    void stop_waiting(const Entries::value_type& entry);

    double jitter_;
    Entries entries_;
    std::map<std::string, Waiting> waiting_; ///< by server, those that do not run: thousands are not looked through
    std::minstd_rand random_{std::random_device{}()};
};

} // namespace mailquotad::app
