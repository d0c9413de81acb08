#include "app/mailer.h"

#include <exception>
#include <utility>

namespace mailquotad::app {

namespace {

constexpr std::chrono::seconds kDeliveryTimeout{120};
constexpr std::chrono::seconds kWebhookTimeout{20};

notify::DeliveryResult deliver(notify::Notifier* notifier, const notify::Delivery& delivery, os::Deadline deadline) {
    if (notifier == nullptr)
        return {.outcome = notify::DeliveryOutcome::deferred, .reason = "no_channel", .detail = "no longer configured"};
    try {
        return notifier->deliver(delivery, deadline);
    } catch (const std::exception& error) {
        return {.outcome = notify::DeliveryOutcome::deferred, .reason = "internal", .detail = error.what()};
    }
}

} // namespace

Mailer::Mailer(const os::Cancellation* cancellation, std::function<void(MailFinished)> finished)
    : cancellation_(cancellation), finished_(std::move(finished)) {}

void Mailer::start(store::OutboxRow row, const Channels& channels) {
    busy_ = true;
    mailbox_ = row.mailbox;
    auto way = channels.way_of(row);
    pool_.submit([this, row = std::move(row), way = std::move(way), from = channels.envelope_from] {
        const auto timeout = row.recipient == store::Recipient::webhook ? kWebhookTimeout : kDeliveryTimeout;
        auto result = deliver(way.get(), {.envelope_from = from, .to = row.to, .text = row.text, .id = row.message_id},
                              os::Deadline::in(timeout, cancellation_));
        finished_(MailFinished{.row = row, .result = std::move(result)});
    });
}

} // namespace mailquotad::app
