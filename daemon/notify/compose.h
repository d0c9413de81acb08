// From a decision to the words that the owner reads.
#pragma once

#include "core/advice.h"
#include "core/alert.h"
#include "core/endpoint.h"
#include "core/measurement.h"
#include "core/wording.h"
#include "notify/message.h"
#include "text/catalog.h"
#include "text/client_guides.h"

#include <optional>
#include <string>
#include <vector>

namespace mailquotad::notify {

/// Why the webmaster is written to about one mailbox.
enum class CallReason {
    no_address, ///< the owner gave no other address
    unattended, ///< the settings say that the webmaster is told in place of an owner
    unchanged,  ///< the owner was told, and nothing changed for days
    now_full,   ///< for information: it is full, and the owner was written to
};

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
    std::optional<AdvicePlan> advice;        ///< nothing: only what folder sizes say by themselves
    std::optional<std::int64_t> freed_bytes; ///< all-clear: what the clean-up of this episode brought
    std::optional<text::ClientGuide> guide;  ///< steps of the owner's program; nothing: general words
    std::optional<Endpoint> pop3;            ///< for the steps that fetch by POP3
    Wording wording;
    std::string codeword; ///< that the owner chose at enrolment; may be empty
    std::string message_id;
    std::string first_message_id; ///< root of the thread, or empty
    std::string last_message_id;
    Time now{};
    LocalTime measured_local; ///< snapshot.measured_at in the zone of the settings
    std::string slug;
    CallReason call_reason = CallReason::no_address; ///< for compose_call_request
    bool test = false;                               ///< `test-mail`: marked as a test in subject and text
};

/// The mail about one mailbox. Throws text::CatalogError when a template is missing or wrong.
Message compose_notice(const NoticeFacts& facts, const text::Catalog& catalog);

/// The mail to smtp.admin about one mailbox, for one of the reasons above; mostly: please call. Names the
/// mailbox, the level and nothing of its folders. `facts.to` and `facts.language` are the webmaster's. Template
/// "call.txt" and "call.html". Throws text::CatalogError.
Message compose_call_request(const NoticeFacts& facts, const text::Catalog& catalog);

} // namespace mailquotad::notify
