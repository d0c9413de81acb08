// A server that takes connections and does not answer must not hold the loop: libpq itself would wait for ever. Only in
// the module.
#pragma once

#include <libpq-fe.h>

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <thread>

namespace mailquotad::store {

/// Watches over one connection, from a thread of its own that sleeps unless a call is under way: a call that takes too
/// long is ended by cutting the connection, and fails like one whose server went away. Must end before the connection.
class Patience {
public:
    using Clock = std::chrono::steady_clock;

    explicit Patience(::PGconn* connection);
    ~Patience();
    Patience(const Patience&) = delete;
    Patience& operator=(const Patience&) = delete;

    /// A call begins, or several that may take so long together.
    void begin(Clock::duration longest);
    /// It has ended. Whether it was cut off.
    bool end() noexcept;

private:
    void watch();

    ::PGconn* connection_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::optional<Clock::time_point> until_; ///< of the call under way
    bool asleep_ = false;                    ///< the thread waits for a call
    bool cut_ = false;
    bool ends_ = false;
    std::thread thread_;
};

} // namespace mailquotad::store
