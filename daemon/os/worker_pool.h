// A bounded number of threads for blocking work; grown on demand, so a small installation keeps few.
#pragma once

#include "os/clock.h"

#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <thread>
#include <vector>

namespace mailquotad::os {

/// Runs jobs on at most `most` threads. Jobs must not throw. Thread-safe.
class WorkerPool {
public:
    explicit WorkerPool(int most);
    /// Waits for running jobs; jobs not begun are dropped. Call shut_down() first where jobs may hang.
    ~WorkerPool();
    WorkerPool(const WorkerPool&) = delete;
    WorkerPool& operator=(const WorkerPool&) = delete;

    void submit(std::function<void()> job);

    /// Jobs that run longer than `limit` by now: blocked where no deadline reaches, as in getaddrinfo.
    [[nodiscard]] int running_longer_than(std::chrono::milliseconds limit) const;

    /// Drops waiting jobs and waits until `until` for the running ones. False when some still run: then the process
    /// must end without destroying the pool.
    bool shut_down(SteadyTime until);

private:
    void work(std::size_t index);

    mutable std::mutex mutex_;
    std::condition_variable wanted_;
    std::condition_variable ended_;
    std::deque<std::function<void()>> jobs_;
    std::map<std::size_t, SteadyTime> running_since_;
    std::vector<std::thread> threads_;
    std::size_t most_;
    std::size_t idle_ = 0;
    bool stopping_ = false;
};

} // namespace mailquotad::os
