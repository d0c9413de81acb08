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

void Schedule::add(const std::string& slug, Moment due) {
    entries_.try_emplace(slug, Entry{.due = due}).first->second.leaves = false;
}

void Schedule::remove(const std::string& slug) {
    entries_.erase(slug);
}

void Schedule::remove_when_idle(const std::string& slug) {
    const auto found = entries_.find(slug);
    if (found != entries_.end() && found->second.running)
        found->second.leaves = true;
    else
        remove(slug);
}

std::vector<std::string> Schedule::due(Moment now) const {
    std::vector<std::pair<Moment, std::string>> ready;
    for (const auto& [slug, entry] : entries_) {
        if (!entry.running && entry.due <= now)
            ready.emplace_back(entry.due, slug);
    }
    std::sort(ready.begin(), ready.end());
    std::vector<std::string> slugs;
    slugs.reserve(ready.size());
    for (auto& [due, slug] : ready)
        slugs.push_back(std::move(slug));
    return slugs;
}

std::optional<Schedule::Moment> Schedule::next_after(Moment now) const {
    std::optional<Moment> next;
    for (const auto& [slug, entry] : entries_) {
        if (!entry.running && entry.due > now && (!next || entry.due < *next))
            next = entry.due;
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
    if (const auto found = entries_.find(slug); found != entries_.end())
        found->second.running = true;
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
    const bool elsewhere = found->second.elsewhere;
    const Moment earliest = now + (elsewhere ? Seconds(0) : not_before.value_or(Seconds(0)));
    found->second = Entry{.due = std::max(found->second.anew ? now : due, earliest), .earliest = earliest};
}

void Schedule::hasten(const std::string& slug, Moment at) {
    const auto found = entries_.find(slug);
    if (found != entries_.end() && !found->second.running)
        found->second.due = std::max(found->second.earliest, std::min(found->second.due, at));
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
    for (const auto& [slug, entry] : entries_)
        hasten(slug, at);
}

} // namespace mailquotad::app
