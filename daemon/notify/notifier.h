// The port through which mail leaves: SMTP submission in production, a list in tests.
#pragma once

#include "core/endpoint.h"
#include "core/secret.h"
#include "os/deadline.h"

#include <functional>
#include <string>
#include <vector>

namespace mailquotad::notify {

struct Delivery {
    std::string envelope_from;
    std::vector<std::string> to;
    std::string text; ///< RFC 5322, CRLF; of a webhook the body
    std::string id{}; ///< OutboxRow::message_id
};

enum class DeliveryOutcome {
    accepted, ///< 250 after DATA; by whom not is in refused_recipients
    deferred, ///< 4xx, no connection, no credential: to be tried again
    refused,  ///< 5xx: not to be tried again as it is
};

struct DeliveryResult {
    DeliveryOutcome outcome = DeliveryOutcome::deferred;
    std::string reason; ///< metric label: "smtp_4xx", "smtp_5xx", "connect", "tls", "auth", "timeout", "credential",
                        ///< "protocol", "address"; empty when accepted
    std::string detail; ///< one line for log and webmaster, harmless in a terminal
    std::vector<std::string> refused_recipients{}; ///< when accepted: those of several that the server did not take
    std::vector<std::string> wire_log{};           ///< when not accepted: the conversation, secrets blanked
};

class Notifier {
public:
    virtual ~Notifier() = default;
    /// Delivers one mail; blocks up to the deadline; never throws for what a server does.
    virtual DeliveryResult deliver(const Delivery& delivery, os::Deadline deadline) = 0;
};

} // namespace mailquotad::notify
