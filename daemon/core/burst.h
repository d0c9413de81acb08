// The burst guard: when many mailboxes jump together it is more likely the provider than their owners. Pure.
#pragma once

#include "core/policy.h"
#include "core/time.h"

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace mailquotad {

/// At least both must jump together.
struct BurstRule {
    int mailboxes = 3;
    double share = 0.25; ///< of the mailboxes of one server, or of all
    bool operator==(const BurstRule&) const = default;
};

/// After this long what is still measured so goes out, whether the webmaster answered or not.
inline constexpr Seconds kLongestHold{48 * 3600};

/// A mailbox that rose to a higher stage and whose owner was not told yet.
struct Jump {
    std::string server;
    Stage from = Stage::ok;
    Stage to = Stage::ok;
    Time at{};
    bool operator==(const Jump&) const = default;
};

/// A mailbox whose limit became another one.
struct LimitJump {
    std::string server;
    std::int64_t before_bytes = 0;
    std::int64_t after_bytes = 0;
    Time at{};
    bool operator==(const LimitJump&) const = default;
};

/// The mails that are held until the webmaster answers.
struct BurstHold {
    std::int64_t number = 0; ///< counts up; part of the Message-ID of the question
    Time since{};
    bool asked = false;              ///< the question is in the outbox
    std::set<std::string> mailboxes; ///< slugs
    bool operator==(const BurstHold&) const = default;
};

/// What the guard remembers; kept in the database.
struct BurstState {
    std::map<std::string, Jump> jumps;       ///< by slug
    std::map<std::string, LimitJump> limits; ///< by slug
    std::optional<BurstHold> hold;
    std::int64_t holds = 0; ///< how many there were
    [[nodiscard]] bool holds_mail_of(const std::string& slug) const { return hold && hold->mailboxes.contains(slug); }
    bool operator==(const BurstState&) const = default;
};

/// How many mailboxes there are.
struct Population {
    int all = 0;
    std::map<std::string, int> of_server;
};

/// How long after one mailbox all others of its server have been measured: an interval with its jitter.
Seconds burst_window(Seconds interval);

/// Whether the mailboxes of this server are enough for a burst; if not, no mail needs to wait for the others.
bool burst_is_possible(const BurstRule& rule, const Population& population);

/// One measurement of a mailbox that was measured before. A rise to a stage that mails is a jump; a fall ends it, and
/// takes the mailbox out of the hold where it is in one.
void observe_stage(BurstState& state, const std::string& slug, const std::string& server, Stage before, Stage after,
                   Time now);

/// The limit of a mailbox became another one.
void observe_limit(BurstState& state, const std::string& slug, const LimitJump& jump);

/// Asks whether the mail about a confirmed jump may leave. True: it is held. Opens a hold where enough jumped within
/// `window` of this one, or where the limits of all mailboxes of the server changed; later jumps of the same burst join
/// it.
bool holds_back(BurstState& state, const std::string& slug, const BurstRule& rule, const Population& population,
                Seconds window, Time now);

/// Ends the hold, and forgets the jumps that led to it; what was held. Nothing happens where nothing is held.
std::vector<std::string> end_hold(BurstState& state);

/// Whether the hold has lasted as long as it may.
bool hold_is_over(const BurstState& state, Time now);

/// Forgets what is too old to be part of a burst.
void forget_old_jumps(BurstState& state, Time now);

} // namespace mailquotad
