// Whether the database takes what is to be kept: a full or read-only disk is told once, and nothing else stops for it.
#pragma once

#include "app/mailbox_record.h"
#include "app/visits.h"
#include "os/clock.h"
#include "store/database.h"

#include <functional>
#include <map>
#include <optional>
#include <string>

namespace mailquotad::app {

class StoreWatch {
public:
    explicit StoreWatch(const os::Clock& clock) : clock_(clock) {}

    /// Runs a step that needs the database. False where it threw a store::StoreError, which is remembered and, when
    /// it is the first, logged; everything else goes on.
    bool attempt(const std::string& step, const std::function<void()>& work);
    /// As attempt, for a step that somebody else ran.
    void failed(const std::string& step, const std::string& error);
    /// Tries a trifle where something had failed, every 10 s, more rarely where finding that out takes long. Once it
    /// works again, the mailboxes whose last measurement could not be kept are due at once: what was decided from it is
    /// decided anew.
    void catch_up(store::Database& database, const MailboxRecords& records, Visits& visits);

    /// Since when the database takes nothing; nothing while it works.
    [[nodiscard]] std::optional<Time> failing_since() const { return failing_since_; }
    /// When to look again; nothing while it works.
    [[nodiscard]] std::optional<os::SteadyTime> next_look() const;

private:
    bool works_again(store::Database& database);

    const os::Clock& clock_;
    std::optional<Time> failing_since_;
    os::SteadyTime looked_at_{};
    os::SteadyTime::duration rest_{}; ///< until the next look
};

} // namespace mailquotad::app
