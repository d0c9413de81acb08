// From a decision to the words that the owner reads.
#pragma once

#include "core/alert.h"
#include "core/measurement.h"
#include "notify/message.h"
#include "text/catalog.h"

#include <optional>
#include <string>
#include <vector>

namespace mailquotad::notify {

/// All that a mail about one mailbox says; nothing else is looked up while it is written.
struct NoticeFacts {
    std::string address;    ///< of the mailbox
    std::string owner_name; ///< may be empty
    std::string from;       ///< smtp.from
    std::vector<std::string> to;
    std::string language; ///< a folder of config/messages
    std::string webmail;  ///< in words; may be empty
    Notification notification;
    Assessment assessment;
    Snapshot snapshot;
    std::optional<Forecast> forecast;
    std::string message_id;
    std::string first_message_id; ///< root of the thread, or empty
    std::string last_message_id;
    Time now{};
    LocalTime measured_local; ///< snapshot.measured_at in the zone of the settings
    std::string slug;
    bool test = false; ///< `test-mail`: marked as a test in subject and text
};

/// The mail about one mailbox. Throws text::CatalogError when a template is missing or wrong.
Message compose_notice(const NoticeFacts& facts, const text::Catalog& catalog);

/// The mail to smtp.admin about an urgent or full mailbox whose owner gave no other address: please call. Names the
/// mailbox, the level and nothing of its folders. `facts.to` and `facts.language` are the webmaster's. Template
/// "call.txt" and "call.html". Throws text::CatalogError.
Message compose_call_request(const NoticeFacts& facts, const text::Catalog& catalog);

} // namespace mailquotad::notify
