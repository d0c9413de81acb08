// Which mailboxes are measured over one connection, and when that is made.
#pragma once

#include "app/mailbox_record.h"
#include "app/probe_job.h"
#include "app/schedule.h"
#include "settings/settings.h"
#include "store/database.h"

#include <functional>
#include <map>
#include <string>
#include <vector>

namespace mailquotad::app {

using MailboxRecords = std::map<std::string, MailboxRecord>; ///< by slug

/// Visits and their times. A visit is one connection: of one mailbox, or of all that the administrator of a server asks
/// about; its name is visit_of(mailbox).
class Visits {
public:
    using Moment = os::SteadyTime;

    explicit Visits(double jitter = kPollJitter) : schedule_(jitter) {}

    /// Visits that are new are due at once, those that are there keep their time, others are forgotten; those alone
    /// that `is_ours` accepts (empty: all). With a shorter interval than before, those that are there come within it,
    /// spread over it.
    void set(const settings::Settings& settings, Moment now,
             const std::function<bool(const std::string&)>& is_ours = {});
    /// A visit is made from here from now on, first at `due`.
    void take(const std::string& visit, Moment due);
    /// A visit is no longer made from here, once the one under way has ended.
    void leave(const std::string& visit) { schedule_.remove_when_idle(visit); }
    /// The mailboxes of a visit; none where it is unknown.
    [[nodiscard]] std::vector<std::string> slugs_of(const std::string& visit) const;
    /// When this visit is made next; nothing while it is.
    [[nodiscard]] std::optional<Moment> when_made(const std::string& visit) const { return schedule_.when(visit); }

    /// Follows a change of settings, after set(): what is reached at another address, by another login or with another
    /// trust than before is looked at at once, not only when its turn comes.
    void ask_anew(const settings::Settings& before, const settings::Settings& settings, Moment now);

    /// Visits that are due and not running, longest waiting first.
    [[nodiscard]] std::vector<std::string> due(Moment now) const { return schedule_.due(now); }
    /// Which of the visits that are due waits longest, among those whose server has room; nothing where none is.
    [[nodiscard]] std::optional<std::string>
    next_due(Moment now, const std::function<bool(const std::string& server)>& has_room) const {
        return schedule_.next_due(now, has_room);
    }
    /// The next time at which one becomes due; nothing where all are running or due already.
    [[nodiscard]] std::optional<Moment> next_after(Moment now) const { return schedule_.next_after(now); }
    /// When this mailbox is measured next; nothing while it is.
    [[nodiscard]] std::optional<Moment> when(const settings::Mailbox& mailbox) const;
    /// Measures this mailbox not later than `at`, or as soon as its server allows; nothing while it is measured.
    void hasten(const settings::Mailbox& mailbox, Moment at) { schedule_.hasten(visit_of(mailbox), at); }
    /// The same for all mailboxes.
    void hasten_all(Moment at) { schedule_.hasten_all(at); }

    /// Marks the visit as running; what it is to do.
    std::vector<ProbeJob> start(const std::string& visit, const MailboxRecords& records,
                                const settings::Settings& settings, store::Database& database);
    /// After the last result of a visit: when the next one is due, by interval, back-off and what waits for a second
    /// measurement.
    /// Returns when that is.
    std::optional<Moment> ended(const ProbeFinished& last, const MailboxRecords& records,
                                const settings::Settings& settings, const os::Clock& clock);

private:
    struct Visit {
        std::string server;
        std::vector<std::string> slugs;
    };
    [[nodiscard]] std::vector<const MailboxRecord*> visited(const std::string& visit,
                                                            const MailboxRecords& records) const;

    std::map<std::string, Visit> visits_;
    Schedule schedule_;
    std::optional<Seconds> interval_; ///< of the settings before
};

/// How long until the visit after one that left these records: as delay_after for the failure that all of them share,
/// the plain interval where one was measured.
Seconds delay_of(const std::vector<const MailboxRecord*>& visited, Seconds interval);

/// The earliest time at which one of these is wanted again, to confirm a stage; nothing where none is.
std::optional<Time> wanted_again_at(const std::vector<const MailboxRecord*>& visited);

} // namespace mailquotad::app
