// The kinds of news for the webmaster: settings choose among them, mails and webhooks carry them.
#pragma once

#include <optional>
#include <string_view>

namespace mailquotad {

/// A closed set; settings, JSON of a webhook and log use these words.
enum class AdminEventKind {
    burst_held,       ///< many mailboxes jumped together: the webmaster is asked first
    login_refused,    ///< a mailbox cannot be looked into any more: the password does not fit
    server_gone,      ///< a server has not answered for a day
    smtp_failing,     ///< mail cannot leave
    mail_refused,     ///< a notice was refused for good
    mail_bounced,     ///< a notice came back
    owner_silent,     ///< warned and ignored: somebody should call
    database_damaged, ///< put aside at the start, what could be read goes on
    digest,           ///< the weekly summary, or the monthly sign of life
    test,             ///< somebody asked for a test
};

std::string_view to_string(AdminEventKind kind);
std::optional<AdminEventKind> parse_admin_event_kind(std::string_view text);

/// Whether the alerting rules in dashboards/ tell the same; what is asked, and what no metric knows, they cannot.
bool is_alerted_by_rules(AdminEventKind kind);

inline constexpr AdminEventKind kAllAdminEventKinds[] = {AdminEventKind::burst_held,   AdminEventKind::login_refused,
                                                         AdminEventKind::server_gone,  AdminEventKind::smtp_failing,
                                                         AdminEventKind::mail_refused, AdminEventKind::mail_bounced,
                                                         AdminEventKind::owner_silent, AdminEventKind::database_damaged,
                                                         AdminEventKind::digest,       AdminEventKind::test};

} // namespace mailquotad
