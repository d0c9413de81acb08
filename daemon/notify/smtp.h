// Submission of mail by SMTP: the webmaster's own provider, over verified TLS.
#pragma once

#include "core/endpoint.h"
#include "core/secret.h"
#include "net/transport.h"
#include "notify/notifier.h"

#include <functional>
#include <optional>
#include <string>

namespace mailquotad::notify {

struct SmtpOptions {
    Endpoint endpoint;
    Trust trust;
    bool allow_plaintext = false; ///< `plaintext = true`: mail and credentials may go without TLS
    std::string username;         ///< empty: no AUTH
    /// Reads the password anew before each login; on failure nothing, and what is wrong in `problem`. May be empty
    /// where there is no username.
    std::function<std::optional<Secret>(std::string& problem)> password;
};

/// One connection per mail. Thread-safe as far as the connector and `password` are.
///
/// What becomes of a reply: 4xx and every failure of the connection, also after DATA, is deferred; 5xx to DATA or to
/// every recipient is refused; 5xx to anything before that, and 530 and 535 wherever they come, is deferred, because
/// it is not about this mail. Of several recipients those that the server takes get the mail; the others are named in
/// the result.
class SmtpNotifier final : public Notifier {
public:
    /// `connector` must outlive the notifier.
    SmtpNotifier(SmtpOptions options, net::Connector& connector);
    DeliveryResult deliver(const Delivery& delivery, os::Deadline deadline) override;

private:
    SmtpOptions options_;
    net::Connector& connector_;
};

} // namespace mailquotad::notify
