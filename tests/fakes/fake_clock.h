// A clock that stands still until a test moves it; system and steady time can be moved apart.
#pragma once

#include "os/clock.h"

#include <atomic>
#include <chrono>

namespace mailquotad::fakes {

/// Both hands may be read by other threads while the test moves them.
class FakeClock final : public os::Clock {
public:
    /// 2026-11-21 19:00:00 UTC, an arbitrary steady time.
    FakeClock() : FakeClock(Time{Seconds{1795287600}}) {}
    explicit FakeClock(Time start) : system_(start.time_since_epoch().count()) {}

    [[nodiscard]] Time now() const override { return Time{Seconds{system_.load()}}; }
    [[nodiscard]] os::SteadyTime steady() const override {
        return os::SteadyTime{
            std::chrono::duration_cast<os::SteadyTime::duration>(std::chrono::nanoseconds{steady_.load()})};
    }

    /// Time passes: both hands move.
    void advance(std::chrono::nanoseconds duration) {
        rest_ += duration;
        const auto whole = std::chrono::floor<Seconds>(rest_);
        rest_ -= whole;
        system_ += whole.count();
        steady_ += duration.count();
    }

    /// Somebody sets the system's clock: only that hand moves, forward or back.
    void step(Seconds duration) { system_ += duration.count(); }
    void set(Time time) { system_ = time.time_since_epoch().count(); }

private:
    std::atomic<std::int64_t> system_;
    std::atomic<std::int64_t> steady_{1'000'000'000'000};
    std::chrono::nanoseconds rest_{0}; ///< what did not fill a second of the system hand yet
};

} // namespace mailquotad::fakes
