// SIGTERM, SIGINT, SIGHUP and SIGUSR1 as calls of a function on a thread of their own, where everything is allowed.
#pragma once

#include "os/deadline.h"

#include <functional>
#include <thread>

namespace mailquotad::os {

/// Blocks the four signals in the calling thread and in all threads it starts from now on, and ignores SIGPIPE and
/// SIGXFSZ in the process. Call it in main before any thread starts. A child process inherits the blocked signals: see
/// restore_signals. Throws std::system_error.
void block_signals();

/// Undoes block_signals in a child between fork and exec. Async-signal-safe.
void restore_signals() noexcept;

/// Listens from construction to destruction; needs block_signals before. One at a time in a process.
class SignalListener {
public:
    /// `handler` is called with the number of each signal, on the listener's thread; it must not throw. Signals that
    /// came before are delivered, too. Throws std::system_error.
    explicit SignalListener(std::function<void(int)> handler);
    ~SignalListener(); ///< waits for a handler that is running
    SignalListener(const SignalListener&) = delete;
    SignalListener& operator=(const SignalListener&) = delete;

private:
    void run(int descriptor);

    std::function<void(int)> handler_;
    Cancellation stop_;
    int descriptor_ = -1;
    std::thread thread_;
};

} // namespace mailquotad::os
