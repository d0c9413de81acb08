// A mail server in memory that accepts, defers or refuses as a test wants.
#pragma once

#include "notify/notifier.h"

#include <algorithm>
#include <mutex>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace mailquotad::fakes {

/// Thread-safe.
class FakeNotifier final : public notify::Notifier {
public:
    void answer_with(notify::DeliveryOutcome outcome) {
        const std::lock_guard lock(mutex_);
        outcome_ = outcome;
    }
    /// One address is not taken, as a server does that knows of no such mailbox.
    void refuse(const std::string& address) {
        const std::lock_guard lock(mutex_);
        refused_addresses_.insert(address);
    }
    /// What was taken, each with the recipients that were.
    [[nodiscard]] std::vector<notify::Delivery> accepted() const {
        const std::lock_guard lock(mutex_);
        return accepted_;
    }
    /// The same, and forgets it.
    [[nodiscard]] std::vector<notify::Delivery> take_accepted() {
        const std::lock_guard lock(mutex_);
        return std::exchange(accepted_, {});
    }
    notify::DeliveryResult deliver(const notify::Delivery& delivery, os::Deadline) override {
        const std::lock_guard lock(mutex_);
        const std::string detail = "as the test wants";
        if (outcome_ != notify::DeliveryOutcome::accepted)
            return {.outcome = outcome_,
                    .reason = outcome_ == notify::DeliveryOutcome::refused ? "smtp_5xx" : "smtp_4xx",
                    .detail = detail};
        notify::Delivery taken = delivery;
        std::vector<std::string> refused;
        std::erase_if(taken.to, [&](const std::string& address) {
            if (refused_addresses_.count(address) == 0)
                return false;
            refused.push_back(address);
            return true;
        });
        if (taken.to.empty())
            return {.outcome = notify::DeliveryOutcome::refused, .reason = "smtp_5xx", .detail = detail};
        accepted_.push_back(std::move(taken));
        return {.outcome = outcome_, .reason = {}, .detail = {}, .refused_recipients = refused};
    }

private:
    mutable std::mutex mutex_;
    notify::DeliveryOutcome outcome_ = notify::DeliveryOutcome::accepted;
    std::set<std::string> refused_addresses_;
    std::vector<notify::Delivery> accepted_;
};

} // namespace mailquotad::fakes
