// What the webmaster is told at once, as a value: mail and webhook are two ways for the same event.
#pragma once

#include "core/admin_event_kind.h"
#include "core/policy.h"
#include "core/time.h"

#include <optional>
#include <string>

namespace mailquotad::notify {

using mailquotad::AdminEventKind;
using mailquotad::kAllAdminEventKinds;
using mailquotad::parse_admin_event_kind;
using mailquotad::to_string;

/// One thing that the webmaster is told. `title` and `text` are in the webmaster's language, name a mailbox by its slug
/// alone and never a folder, a login or an owner, since they may go to a chat that others read.
struct AdminEvent {
    AdminEventKind kind = AdminEventKind::test;
    std::string key;            ///< of this one occurrence, such as the Message-ID of the mail about it: told once
    std::string slug;           ///< of the mailbox that it is about; empty for none
    std::string server;         ///< key in the settings; empty for none
    std::optional<Stage> stage; ///< of the mailbox
    std::string title;          ///< one line
    std::string text;           ///< plain text, LF
    std::string address;        ///< of the mailbox: goes out only where a webhook's own body asks for it
    Time at{};
    bool operator==(const AdminEvent&) const = default;
};

} // namespace mailquotad::notify
