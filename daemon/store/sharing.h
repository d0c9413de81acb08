// Which of several daemons on one database does what: each unit of work belongs to at most one that lives.
#pragma once

#include "core/time.h"

#include <map>
#include <stdexcept>
#include <string>
#include <vector>

namespace mailquotad::store {

class Connection;

/// Another daemon holds this unit, or took it meanwhile: nothing was written.
class ClaimLostError : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// Another daemon changed what a decision rests on: nothing was written, decide again.
class OvertakenError : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// A unit of work that was taken: a visit, or the webmaster's affairs.
struct Taken {
    std::string unit;
    Time due_at{}; ///< when its last holder wanted to look next
};

/// A unit that must exist before anyone can take it.
struct WorkUnit {
    std::string name;
    std::string server;
};

/// The daemons and their claims. A daemon lives as long as its row does: it renews it, and others delete it once it has
/// expired. What is held by a name without a row may be taken. All times are of the database's clock. Every method is
/// one transaction and throws StoreError. `me` is the name of the calling daemon, never used by two processes.
class Sharing {
public:
    explicit Sharing(Connection& connection) : connection_(connection) {}

    /// The database's own time.
    Time clock();

    /// Begins to live until `until`.
    void enter(const std::string& me, const std::string& host, Time until);
    /// Lives on until `until`. False where others took it for dead: then it holds nothing any more.
    bool renew(const std::string& me, Time until);
    /// Ends by itself: what it held is free at once.
    void leave(const std::string& me);
    /// Deletes the daemons that expired before `now`, except `me`; returns the names of those that live, sorted.
    std::vector<std::string> living(const std::string& me, Time now);

    /// Makes at most `most` of the units that are missing; removes others that nobody has held or looked at for a week.
    /// Returns whether all are there.
    bool enrol(const std::vector<WorkUnit>& units, Time now, int most);
    /// How many units each server has, of all settings.
    std::map<std::string, int> units_per_server();
    /// Makes so many connection slots of a server; removes those beyond.
    void set_slots(const std::string& server, int slots);

    /// Takes at most `most` units of a server that no living daemon holds, those that wait longest first.
    std::vector<Taken> take(const std::string& me, const std::string& server, int most);
    /// Gives units back, as far as they are held.
    void release(const std::string& me, const std::vector<std::string>& units);
    /// All units that are held.
    std::vector<std::string> held(const std::string& me);

    /// Takes at most `most` free connection slots of a server; returns how many are held then.
    int take_slots(const std::string& me, const std::string& server, int most);
    /// Gives so many back.
    void release_slots(const std::string& me, const std::string& server, int count);

    /// Keeps when a unit is due next, for whoever holds it then, and that its state changed at `now`.
    void note_due(const std::string& me, const Taken& unit, Time now);
    /// Lets a unit wait until then, without having looked at it.
    void postpone(const std::string& me, const std::string& unit, Time due);
    /// Units of others whose state changed from `since` on.
    std::vector<std::string> changed_elsewhere(const std::string& me, Time since);

    /// Keeps the unit from being taken until the transaction ends. False where another holds it. Inside a transaction.
    bool lock(const std::string& me, const std::string& unit);

private:
    Connection& connection_;
};

} // namespace mailquotad::store
