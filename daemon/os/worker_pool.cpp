#include "os/worker_pool.h"

#include <algorithm>

namespace mailquotad::os {

WorkerPool::WorkerPool(int most) : most_(static_cast<std::size_t>(std::max(1, most))) {}

WorkerPool::~WorkerPool() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
        jobs_.clear();
    }
    wanted_.notify_all();
    for (std::thread& thread : threads_)
        thread.join();
}

void WorkerPool::submit(std::function<void()> job) {
    const std::lock_guard lock(mutex_);
    if (stopping_)
        return;
    jobs_.push_back(std::move(job));
    if (idle_ < jobs_.size() && threads_.size() < most_)
        threads_.emplace_back(&WorkerPool::work, this, threads_.size());
    wanted_.notify_one();
}

int WorkerPool::running_longer_than(std::chrono::milliseconds limit) const {
    const std::lock_guard lock(mutex_);
    const SteadyTime border = std::chrono::steady_clock::now() - limit;
    return static_cast<int>(std::count_if(running_since_.begin(), running_since_.end(),
                                          [border](const auto& running) { return running.second < border; }));
}

bool WorkerPool::shut_down(SteadyTime until) {
    std::unique_lock lock(mutex_);
    stopping_ = true;
    jobs_.clear();
    wanted_.notify_all();
    return ended_.wait_until(lock, until, [this] { return running_since_.empty(); });
}

void WorkerPool::work(std::size_t index) {
    std::unique_lock lock(mutex_);
    while (true) {
        ++idle_;
        wanted_.wait(lock, [this] { return stopping_ || !jobs_.empty(); });
        --idle_;
        if (stopping_)
            return;
        const std::function<void()> job = std::move(jobs_.front());
        jobs_.pop_front();
        running_since_[index] = std::chrono::steady_clock::now();
        lock.unlock();
        job();
        lock.lock();
        running_since_.erase(index);
        ended_.notify_all();
    }
}

} // namespace mailquotad::os
