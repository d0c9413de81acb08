#include "app/mailer.h"

#include <exception>
#include <utility>

namespace mailquotad::app {

namespace {

constexpr std::chrono::seconds kDeliveryTimeout{120};

notify::DeliveryResult deliver(notify::Notifier& notifier, const notify::Delivery& delivery,
                               const os::Cancellation* cancellation) {
    try {
        return notifier.deliver(delivery, os::Deadline::in(kDeliveryTimeout, cancellation));
    } catch (const std::exception& error) {
        return {.outcome = notify::DeliveryOutcome::deferred, .reason = "internal", .detail = error.what()};
    }
}

} // namespace

Mailer::Mailer(const os::Cancellation* cancellation, std::function<void(MailFinished)> finished)
    : cancellation_(cancellation), finished_(std::move(finished)) {}

void Mailer::start(store::OutboxRow row, std::shared_ptr<notify::Notifier> notifier, const std::string& envelope_from) {
    busy_ = true;
    mailbox_ = row.mailbox;
    pool_.submit([this, row = std::move(row), notifier = std::move(notifier), envelope_from] {
        auto result =
            deliver(*notifier, {.envelope_from = envelope_from, .to = row.to, .text = row.text}, cancellation_);
        finished_(MailFinished{.row = row, .result = std::move(result)});
    });
}

} // namespace mailquotad::app
