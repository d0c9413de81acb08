// Many mailboxes for a long time: through the real loop, or, for hundreds of them, through the judgement alone.
#pragma once

#include "scenarios/world.h"

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace mailquotad::scenarios {

inline constexpr Seconds kTownConfirm = std::chrono::minutes(10);

class Town {
public:
    virtual ~Town() = default;
    [[nodiscard]] virtual Time now() const = 0;
    virtual void set_used(const std::string& name, std::int64_t used_kib) = 0;
    virtual void set_servers(bool imap_is_down, bool smtp_is_down) = 0;
    virtual void stop() = 0;
    /// Starts the daemon, anew where it runs.
    virtual void start() = 0;
    /// A day passes; what happened, in the words of scenario.h.
    virtual std::vector<Happening> pass_a_day() = 0;
};

/// The real loop, looking at each mailbox once a day.
std::unique_ptr<Town> town_of_the_loop(const std::vector<Box>& boxes);

/// judge, assess, decide and an outbox that is a list, looking at each mailbox four times a day.
std::unique_ptr<Town> town_of_judgement(const std::vector<Box>& boxes);

} // namespace mailquotad::scenarios
