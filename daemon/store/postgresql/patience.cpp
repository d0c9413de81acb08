#include "store/postgresql/patience.h"

#include <pthread.h>
#include <signal.h>
#include <sys/socket.h>

namespace mailquotad::store {

namespace {

/// Threads made meanwhile leave the signals of the process to the others.
class SignalsBlocked {
public:
    SignalsBlocked() {
        ::sigset_t all;
        ::sigfillset(&all);
        ::pthread_sigmask(SIG_SETMASK, &all, &before_);
    }
    ~SignalsBlocked() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
    SignalsBlocked(const SignalsBlocked&) = delete;
    SignalsBlocked& operator=(const SignalsBlocked&) = delete;

private:
    ::sigset_t before_{};
};

} // namespace

Patience::Patience(::PGconn* connection) : connection_(connection) {
    const SignalsBlocked blocked;
    thread_ = std::thread([this] { watch(); });
}

Patience::~Patience() {
    {
        const std::lock_guard lock(mutex_);
        ends_ = true;
    }
    changed_.notify_one();
    thread_.join();
}

void Patience::begin(Clock::duration longest) {
    const std::lock_guard lock(mutex_);
    until_ = Clock::now() + longest;
    cut_ = false;
    if (asleep_) // else it looks again when the call before would have had to end
        changed_.notify_one();
}

bool Patience::end() noexcept {
    const std::lock_guard lock(mutex_);
    until_.reset();
    return cut_;
}

void Patience::watch() {
    std::unique_lock lock(mutex_);
    while (!ends_) {
        if (!until_) {
            asleep_ = true;
            changed_.wait(lock, [this] { return ends_ || until_; });
            asleep_ = false;
            continue;
        }
        const auto until = *until_; // of this call or of one before: whatever is under way then is looked at anew
        changed_.wait_until(lock, until, [this] { return ends_; });
        if (!ends_ && until_ && Clock::now() >= *until_) {
            // While the lock is held nobody closes the socket and another file gets its number.
            ::shutdown(::PQsocket(connection_), SHUT_RDWR);
            cut_ = true;
            until_.reset();
        }
    }
}

} // namespace mailquotad::store
