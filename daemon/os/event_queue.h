// How workers and signals hand values to the loop: one queue, one reader.
#pragma once

#include "os/clock.h"

#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <utility>

namespace mailquotad::os {

/// Thread-safe first-in first-out queue of events.
template <typename Event>
class EventQueue {
public:
    /// Hands over an event; wakes the reader.
    void post(Event event) {
        {
            const std::lock_guard lock(mutex_);
            events_.push_back(std::move(event));
        }
        arrived_.notify_one();
    }

    /// The next event; nothing when none came before `until`.
    std::optional<Event> wait_until(SteadyTime until) {
        std::unique_lock lock(mutex_);
        if (!arrived_.wait_until(lock, until, [this] { return !events_.empty(); }))
            return std::nullopt;
        return take();
    }

    /// The next event where one is there already.
    std::optional<Event> next() {
        const std::lock_guard lock(mutex_);
        return events_.empty() ? std::nullopt : std::optional<Event>(take());
    }

    /// The next event, waited for as long as it takes.
    Event wait() {
        std::unique_lock lock(mutex_);
        arrived_.wait(lock, [this] { return !events_.empty(); });
        return take();
    }

private:
    Event take() {
        Event event = std::move(events_.front());
        events_.pop_front();
        return event;
    }

    std::mutex mutex_;
    std::condition_variable arrived_;
    std::deque<Event> events_;
};

} // namespace mailquotad::os
