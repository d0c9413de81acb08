// A mail server in memory that accepts, defers or refuses as a test wants.
#pragma once

#include "notify/notifier.h"

#include <mutex>
#include <vector>

namespace mailquotad::fakes {

/// Thread-safe.
class FakeNotifier final : public notify::Notifier {
public:
    void answer_with(notify::DeliveryOutcome outcome) {
        const std::lock_guard lock(mutex_);
        outcome_ = outcome;
    }
    [[nodiscard]] std::vector<notify::Delivery> accepted() const {
        const std::lock_guard lock(mutex_);
        return accepted_;
    }
    notify::DeliveryResult deliver(const notify::Delivery& delivery, os::Deadline) override {
        const std::lock_guard lock(mutex_);
        if (outcome_ == notify::DeliveryOutcome::accepted)
            accepted_.push_back(delivery);
        return {.outcome = outcome_, .reason = "smtp_4xx", .detail = "as the test wants"};
    }

private:
    mutable std::mutex mutex_;
    notify::DeliveryOutcome outcome_ = notify::DeliveryOutcome::accepted;
    std::vector<notify::Delivery> accepted_;
};

} // namespace mailquotad::fakes
