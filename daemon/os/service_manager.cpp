#include "os/service_manager.h"

#include "core/escape.h"

#include <cstdint>
#include <ctime>
#include <string>

#include <systemd/sd-daemon.h>

namespace mailquotad::os {
namespace {

constexpr int kKeepEnvironment = 0;

void notify(const std::string& state) {
    sd_notify(kKeepEnvironment, state.c_str());
}

/// CLOCK_MONOTONIC, as systemd compares it with its own (sd_notify(3), MONOTONIC_USEC).
std::uint64_t monotonic_microseconds() {
    timespec now{};
    clock_gettime(CLOCK_MONOTONIC, &now);
    return static_cast<std::uint64_t>(now.tv_sec) * 1'000'000 + static_cast<std::uint64_t>(now.tv_nsec) / 1'000;
}

} // namespace

void SystemdServiceManager::ready() {
    notify("READY=1");
}

void SystemdServiceManager::reloading() {
    notify("RELOADING=1\nMONOTONIC_USEC=" + std::to_string(monotonic_microseconds()));
}

void SystemdServiceManager::stopping() {
    notify("STOPPING=1");
}

// A line end in the text would begin another assignment.
void SystemdServiceManager::status(std::string_view text) {
    notify("STATUS=" + for_terminal(text));
}

void SystemdServiceManager::watchdog() {
    notify("WATCHDOG=1");
}

std::optional<std::chrono::microseconds> SystemdServiceManager::watchdog_interval() const {
    std::uint64_t microseconds = 0;
    if (sd_watchdog_enabled(kKeepEnvironment, &microseconds) <= 0 || microseconds == 0) {
        return std::nullopt;
    }
    return std::chrono::microseconds{microseconds};
}

} // namespace mailquotad::os
