#include "os/signals.h"

#include <cerrno>
#include <csignal>
#include <system_error>
#include <utility>

#include <poll.h>
#include <sys/signalfd.h>
#include <unistd.h>

namespace mailquotad::os {
namespace {

sigset_t our_signals() noexcept {
    sigset_t set;
    sigemptyset(&set);
    for (const int signal_number : {SIGTERM, SIGINT, SIGHUP, SIGUSR1}) {
        sigaddset(&set, signal_number);
    }
    return set;
}

} // namespace

void block_signals() {
    const sigset_t set = our_signals();
    if (const int error = pthread_sigmask(SIG_BLOCK, &set, nullptr); error != 0) {
        throw std::system_error(error, std::generic_category(), "pthread_sigmask");
    }
    std::signal(SIGPIPE, SIG_IGN);
    std::signal(SIGXFSZ, SIG_IGN); // a file that may not grow is an error of the write, not the end
}

void restore_signals() noexcept {
    const sigset_t set = our_signals();
    pthread_sigmask(SIG_UNBLOCK, &set, nullptr);
    std::signal(SIGPIPE, SIG_DFL);
    std::signal(SIGXFSZ, SIG_DFL);
}

SignalListener::SignalListener(std::function<void(int)> handler) : handler_(std::move(handler)) {
    const sigset_t set = our_signals();
    descriptor_ = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    if (descriptor_ < 0) {
        throw std::system_error(errno, std::generic_category(), "signalfd");
    }
    try {
        thread_ = std::thread([this] { run(descriptor_); });
    } catch (...) {
        ::close(descriptor_);
        throw;
    }
}

SignalListener::~SignalListener() {
    stop_.cancel();
    thread_.join();
    ::close(descriptor_);
}

void SignalListener::run(int descriptor) {
    pollfd waiting[2] = {{.fd = descriptor, .events = POLLIN, .revents = 0},
                         {.fd = stop_.descriptor(), .events = POLLIN, .revents = 0}};
    while (!stop_.cancelled()) {
        constexpr int kNoTimeout = -1;
        if (::poll(waiting, 2, kNoTimeout) <= 0) {
            continue;
        }
        signalfd_siginfo info{};
        if (::read(descriptor, &info, sizeof info) == static_cast<ssize_t>(sizeof info)) {
            handler_(static_cast<int>(info.ssi_signo));
        }
    }
}

} // namespace mailquotad::os
