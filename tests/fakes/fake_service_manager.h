// A service manager that remembers what it was told.
#pragma once

#include "os/service_manager.h"

#include <string>
#include <vector>

namespace mailquotad::fakes {

class FakeServiceManager final : public os::ServiceManager {
public:
    void ready() override { told.emplace_back("ready"); }
    void reloading() override { told.emplace_back("reloading"); }
    void stopping() override { told.emplace_back("stopping"); }
    void status(std::string_view text) override { last_status = text; }
    void watchdog() override { ++alive; }
    [[nodiscard]] std::optional<std::chrono::microseconds> watchdog_interval() const override { return {}; }

    std::vector<std::string> told;
    std::string last_status;
    int alive = 0;
};

} // namespace mailquotad::fakes
