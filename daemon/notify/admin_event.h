// What the webmaster is told at once, as a value: mail and webhook are two ways for the same event.
#pragma once

#include "core/policy.h"
#include "core/time.h"

#include <optional>
#include <string>
#include <string_view>

namespace mailquotad::notify {

/// A closed set; settings, JSON of a webhook and log use these words.
enum class AdminEventKind {
    burst_held,    ///< many mailboxes jumped together: the webmaster is asked first
    login_refused, ///< a mailbox cannot be looked into any more: the password does not fit
    server_gone,   ///< a server has not answered for a day
    smtp_failing,  ///< mail cannot leave
    mail_refused,  ///< a notice was refused for good
    mail_bounced,  ///< a notice came back
    owner_silent,  ///< warned and ignored: somebody should call
    digest,        ///< the weekly summary, or the monthly sign of life
    test,          ///< somebody asked for a test
};

std::string_view to_string(AdminEventKind kind);
std::optional<AdminEventKind> parse_admin_event_kind(std::string_view text);
inline constexpr AdminEventKind kAllAdminEventKinds[] = {
    AdminEventKind::burst_held,   AdminEventKind::login_refused, AdminEventKind::server_gone,
    AdminEventKind::smtp_failing, AdminEventKind::mail_refused,  AdminEventKind::mail_bounced,
    AdminEventKind::owner_silent, AdminEventKind::digest,        AdminEventKind::test};

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
