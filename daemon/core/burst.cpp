#include "core/burst.h"

#include <algorithm>

namespace mailquotad {

namespace {

bool enough(int jumped, int of, const BurstRule& rule) {
    return of > 0 && jumped >= rule.mailboxes && jumped >= rule.share * of;
}

bool within(Time a, Time b, Seconds window) {
    return (a > b ? a - b : b - a) <= window;
}

/// The slugs that jumped around `at`: on one server, or on all where `server` is empty.
template <typename Jumps>
std::set<std::string> together(const Jumps& jumps, const std::string& server, Time at, Seconds window) {
    std::set<std::string> slugs;
    for (const auto& [slug, jump] : jumps) {
        if ((server.empty() || jump.server == server) && within(jump.at, at, window))
            slugs.insert(slug);
    }
    return slugs;
}

int count_of(const Population& population, const std::string& server) {
    const auto found = population.of_server.find(server);
    return found == population.of_server.end() ? 0 : found->second;
}

/// The mailboxes that this jump is part of a burst with; empty where it is none.
std::set<std::string> burst_around(const BurstState& state, const Jump& jump, const BurstRule& rule,
                                   const Population& population, Seconds window) {
    auto neighbours = together(state.jumps, jump.server, jump.at, window);
    const int of_server = count_of(population, jump.server);
    if (enough(static_cast<int>(neighbours.size()), of_server, rule))
        return neighbours;
    const auto limits = together(state.limits, jump.server, jump.at, window);
    if (static_cast<int>(limits.size()) >= std::max(rule.mailboxes, of_server))
        return neighbours;
    auto everywhere = together(state.jumps, {}, jump.at, window);
    if (enough(static_cast<int>(everywhere.size()), population.all, rule))
        return everywhere;
    return {};
}

/// A jump soon after the hold began, on a server that it is about, belongs to it.
bool joins(const BurstState& state, const Jump& jump, Seconds window) {
    if (!state.hold || !within(jump.at, state.hold->since, 2 * window))
        return false;
    return std::any_of(state.hold->mailboxes.begin(), state.hold->mailboxes.end(), [&](const std::string& slug) {
        const auto found = state.jumps.find(slug);
        return found != state.jumps.end() && found->second.server == jump.server;
    });
}

} // namespace

Seconds burst_window(Seconds interval) {
    return interval + interval / 8; // jitter is a twentieth; the rest is for slow probes
}

bool burst_is_possible(const BurstRule& rule, const Population& population) {
    return population.all >= rule.mailboxes;
}

void observe_stage(BurstState& state, const std::string& slug, const std::string& server, Stage before, Stage after,
                   Time now) {
    const auto found = state.jumps.find(slug);
    if (found != state.jumps.end()) {
        Jump& jump = found->second;
        if (after <= jump.from || after < Stage::warning) {
            state.jumps.erase(found);
            if (state.hold && state.hold->mailboxes.erase(slug) > 0 && state.hold->mailboxes.empty())
                state.hold.reset();
        } else {
            jump.to = after;
        }
    } else if (after > before && after >= Stage::warning) {
        state.jumps[slug] = Jump{.server = server, .from = before, .to = after, .at = now};
    }
}

void observe_limit(BurstState& state, const std::string& slug, const LimitJump& jump) {
    state.limits[slug] = jump;
}

bool holds_back(BurstState& state, const std::string& slug, const BurstRule& rule, const Population& population,
                Seconds window, Time now) {
    if (state.holds_mail_of(slug))
        return true;
    const auto found = state.jumps.find(slug);
    if (found == state.jumps.end())
        return false;
    std::set<std::string> members = burst_around(state, found->second, rule, population, window);
    if (members.empty() && !joins(state, found->second, window))
        return false;
    if (!state.hold)
        state.hold = BurstHold{.number = ++state.holds, .since = now, .asked = false, .mailboxes = {}};
    members.insert(slug);
    state.hold->mailboxes.merge(members);
    return true;
}

std::vector<std::string> end_hold(BurstState& state) {
    if (!state.hold)
        return {};
    std::vector<std::string> slugs(state.hold->mailboxes.begin(), state.hold->mailboxes.end());
    for (const std::string& slug : slugs)
        state.jumps.erase(slug);
    state.limits.clear();
    state.hold.reset();
    return slugs;
}

bool hold_is_over(const BurstState& state, Time now) {
    return state.hold && now - state.hold->since >= kLongestHold;
}

void forget_old_jumps(BurstState& state, Time now) {
    const auto old = [&](const auto& entry) {
        return now - entry.second.at >= kLongestHold && !state.holds_mail_of(entry.first);
    };
    std::erase_if(state.jumps, old);
    std::erase_if(state.limits, old);
}

} // namespace mailquotad
