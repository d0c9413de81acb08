#include "catch.h"

#include "os/signals.h"

#include <condition_variable>
#include <csignal>
#include <mutex>
#include <vector>

#include <sys/wait.h>
#include <unistd.h>

using namespace mailquotad;

namespace {

/// Collects signals; wait_for_count gives up after a while.
class Collected {
public:
    void add(int signal_number) {
        const std::lock_guard lock(mutex_);
        signals_.push_back(signal_number);
        changed_.notify_all();
    }
    std::vector<int> wait_for_count(std::size_t count) {
        std::unique_lock lock(mutex_);
        changed_.wait_for(lock, std::chrono::seconds{20}, [&] { return signals_.size() >= count; });
        return signals_;
    }

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<int> signals_;
};

/// Leaves the process's signals as they were.
class SignalGuard {
public:
    SignalGuard() { os::block_signals(); }
    ~SignalGuard() { os::restore_signals(); }
};

} // namespace

TEST_CASE("the four signals reach the handler, also one that came before it listened") {
    const SignalGuard guard;
    Collected collected;
    ::kill(::getpid(), SIGHUP);
    os::SignalListener listener([&](int signal_number) { collected.add(signal_number); });
    CHECK(collected.wait_for_count(1) == std::vector<int>{SIGHUP});
    ::kill(::getpid(), SIGTERM);
    CHECK(collected.wait_for_count(2).back() == SIGTERM);
    ::kill(::getpid(), SIGUSR1);
    CHECK(collected.wait_for_count(3).back() == SIGUSR1);
    ::kill(::getpid(), SIGINT);
    CHECK(collected.wait_for_count(4).back() == SIGINT);
}

TEST_CASE("a listener stops cleanly without any signal, and another may follow") {
    const SignalGuard guard;
    for (int i = 0; i < 20; ++i) {
        const os::SignalListener listener([](int) {});
    }
    Collected collected;
    const os::SignalListener listener([&](int signal_number) { collected.add(signal_number); });
    ::kill(::getpid(), SIGUSR1);
    CHECK(collected.wait_for_count(1).size() == 1);
}

TEST_CASE("a child gets its signals back") {
    const SignalGuard guard;
    const pid_t child = ::fork();
    if (child == 0) {
        std::signal(SIGTERM, SIG_DFL); // the test framework has a handler of its own
        os::restore_signals();
        ::raise(SIGTERM);
        ::_exit(0);
    }
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    CHECK(WIFSIGNALED(status));
    CHECK(WTERMSIG(status) == SIGTERM);
}
