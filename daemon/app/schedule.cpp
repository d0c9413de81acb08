#include "app/schedule.h"

#include <algorithm>

namespace mailquotad::app {

Seconds delay_after(Seconds interval, std::optional<FailureKind> failure, int failures) {
    if (!failure || failures <= 0)
        return interval;
    switch (*failure) {
    case FailureKind::credential:
    case FailureKind::login_refused: // the login guard decides whether anything is sent at all
    case FailureKind::login_disabled:
        return interval;
    case FailureKind::throttled: {
        constexpr Seconds first = std::chrono::minutes(15);
        constexpr Seconds most = std::chrono::hours(2);
        return std::max(interval, std::min(most, first * (1 << std::min(failures - 1, 4))));
    }
    default: {
        constexpr Seconds most = std::chrono::minutes(15);
        return std::max(interval, std::min(most, interval * (1 << std::min(failures - 1, 10))));
    }
    }
}

void Schedule::wait_until(Entries::value_type& entry, Moment due) {
    stop_waiting(entry);
    entry.second.due = due;
    waiting_[entry.second.server].emplace(due, entry.first);
}

void Schedule::stop_waiting(const Entries::value_type& entry) {
    const auto server = waiting_.find(entry.second.server);
    if (server == waiting_.end())
        return;
    server->second.erase({entry.second.due, entry.first});
    if (server->second.empty())
        waiting_.erase(server);
}

void Schedule::add(const std::string& slug, Moment due, const std::string& server) {
    const auto [added, is_new] = entries_.try_emplace(slug, Entry{.server = server, .due = due});
    added->second.leaves = false;
    if (is_new)
        return wait_until(*added, due);
    if (added->second.server == server)
        return;
    stop_waiting(*added); // it has moved
    added->second.server = server;
    if (!added->second.running)
        wait_until(*added, added->second.due);
}

void Schedule::remove(const std::string& slug) {
    if (const auto found = entries_.find(slug); found != entries_.end()) {
        stop_waiting(*found);
        entries_.erase(found);
    }
}

void Schedule::remove_when_idle(const std::string& slug) {
    const auto found = entries_.find(slug);
    if (found != entries_.end() && found->second.running)
        found->second.leaves = true;
    else
        remove(slug);
}

std::vector<std::string> Schedule::due(Moment now) const {
    Waiting ready;
    for (const auto& [server, waiting] : waiting_)
        ready.insert(waiting.begin(), waiting.lower_bound({now + Moment::duration(1), std::string()}));
    std::vector<std::string> slugs;
    for (const auto& [due, slug] : ready)
        slugs.push_back(slug);
    return slugs;
}

std::optional<std::string> Schedule::next_due(Moment now,
                                              const std::function<bool(const std::string& server)>& has_room) const {
    const Waiting::value_type* first = nullptr;
    for (const auto& [server, waiting] : waiting_) {
        const auto& soonest = *waiting.begin();
        if (soonest.first <= now && (first == nullptr || soonest < *first) && has_room(server))
            first = &soonest;
    }
    return first != nullptr ? std::optional(first->second) : std::nullopt;
}

std::optional<Schedule::Moment> Schedule::next_after(Moment now) const {
    std::optional<Moment> next;
    for (const auto& [server, waiting] : waiting_) {
        const auto later = waiting.lower_bound({now + Moment::duration(1), std::string()});
        if (later != waiting.end() && (!next || later->first < *next))
            next = later->first;
    }
    return next;
}

std::optional<Schedule::Moment> Schedule::when(const std::string& slug) const {
    const auto found = entries_.find(slug);
    if (found == entries_.end() || found->second.running)
        return std::nullopt;
    return found->second.due;
}

void Schedule::started(const std::string& slug) {
    if (const auto found = entries_.find(slug); found != entries_.end()) {
        stop_waiting(*found);
        found->second.running = true;
    }
}

void Schedule::finished(const std::string& slug, Moment now, Seconds delay, std::optional<Seconds> not_before) {
    const auto found = entries_.find(slug);
    if (found == entries_.end())
        return;
    if (found->second.leaves)
        return remove(slug);
    const auto milliseconds = std::chrono::duration_cast<std::chrono::milliseconds>(delay).count();
    const auto most = static_cast<std::int64_t>(static_cast<double>(milliseconds) * jitter_);
    std::uniform_int_distribution<std::int64_t> jitter(-most, most);
    const Moment due = now + std::chrono::milliseconds(milliseconds + jitter(random_));
    Entry& entry = found->second;
    const Moment wanted = entry.anew ? now : due;
    entry.earliest = now + (entry.elsewhere ? Seconds(0) : not_before.value_or(Seconds(0)));
    entry.running = entry.anew = entry.elsewhere = false;
    wait_until(*found, std::max(wanted, entry.earliest));
}

void Schedule::hasten(const std::string& slug, Moment at) {
    const auto found = entries_.find(slug);
    if (found != entries_.end() && !found->second.running)
        wait_until(*found, std::max(found->second.earliest, std::min(found->second.due, at)));
}

void Schedule::ask_anew(const std::string& slug, Moment now, bool of_another_server) {
    const auto found = entries_.find(slug);
    if (found == entries_.end())
        return;
    Entry& entry = found->second;
    if (of_another_server)
        entry.earliest = now;
    entry.anew = entry.running;
    entry.elsewhere = entry.running && (of_another_server || entry.elsewhere);
    hasten(slug, now);
}

void Schedule::hasten_all(Moment at) {
    for (auto& entry : entries_) {
        if (!entry.second.running)
            wait_until(entry, std::max(entry.second.earliest, std::min(entry.second.due, at)));
    }
}

} // namespace mailquotad::app
