// Delivers the outbox on one worker, one mail after the other, so that a slow server holds up no probe.
#pragma once

#include "app/channels.h"
#include "notify/notifier.h"
#include "os/worker_pool.h"
#include "store/database.h"

#include <functional>
#include <memory>
#include <string>

namespace mailquotad::app {

/// What comes back from the worker.
struct MailFinished {
    store::OutboxRow row;
    notify::DeliveryResult result;
};

/// Used by one thread (the loop); `finished` is called on the worker and must only hand the value on.
class Mailer {
public:
    Mailer(const os::Cancellation* cancellation, std::function<void(MailFinished)> finished);

    [[nodiscard]] bool is_busy() const { return busy_; }
    /// The mailbox of the mail that is being delivered; empty where none is.
    [[nodiscard]] const std::string& mailbox() const { return mailbox_; }
    /// Not while busy. A row whose channel is no longer in the settings comes back as deferred.
    void start(store::OutboxRow row, const Channels& channels);
    /// To be told for every value that `finished` handed on.
    void ended() {
        busy_ = false;
        mailbox_.clear();
    }
    bool shut_down(os::SteadyTime until) { return pool_.shut_down(until); }

private:
    const os::Cancellation* cancellation_;
    std::function<void(MailFinished)> finished_;
    bool busy_ = false;
    std::string mailbox_;
    os::WorkerPool pool_{1}; // last: its thread uses the members above
};

} // namespace mailquotad::app
