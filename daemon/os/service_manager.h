// What the service manager is told: ready, reloading, stopping, alive. A port: tests have a fake.
#pragma once

#include <chrono>
#include <optional>
#include <string_view>

namespace mailquotad::os {

class ServiceManager {
public:
    virtual ~ServiceManager() = default;
    virtual void ready() = 0;     ///< started, or done with reloading
    virtual void reloading() = 0; ///< until the next ready()
    virtual void stopping() = 0;
    virtual void status(std::string_view text) = 0; ///< one line for `systemctl status`
    virtual void watchdog() = 0;                    ///< the loop is alive
    /// How often watchdog() must be called at least; nothing where nobody watches. Call it twice as often.
    [[nodiscard]] virtual std::optional<std::chrono::microseconds> watchdog_interval() const = 0;
};

/// systemd by sd_notify(3). Without systemd every call does nothing. Never throws: that the service manager does not
/// listen is no reason to stop.
class SystemdServiceManager final : public ServiceManager {
public:
    void ready() override;
    void reloading() override;
    void stopping() override;
    void status(std::string_view text) override;
    void watchdog() override;
    [[nodiscard]] std::optional<std::chrono::microseconds> watchdog_interval() const override;
};

} // namespace mailquotad::os
