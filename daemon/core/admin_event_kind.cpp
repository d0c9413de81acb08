#include "core/admin_event_kind.h"

namespace mailquotad {

std::string_view to_string(AdminEventKind kind) {
    switch (kind) {
    case AdminEventKind::burst_held:
        return "burst_held";
    case AdminEventKind::login_refused:
        return "login_refused";
    case AdminEventKind::server_gone:
        return "server_gone";
    case AdminEventKind::smtp_failing:
        return "smtp_failing";
    case AdminEventKind::mail_refused:
        return "mail_refused";
    case AdminEventKind::mail_bounced:
        return "mail_bounced";
    case AdminEventKind::owner_silent:
        return "owner_silent";
    case AdminEventKind::database_damaged:
        return "database_damaged";
    case AdminEventKind::digest:
        return "digest";
    case AdminEventKind::test:
        break;
    }
    return "test";
}

bool is_alerted_by_rules(AdminEventKind kind) {
    switch (kind) {
    case AdminEventKind::login_refused: // MailquotadLoginRefused
    case AdminEventKind::server_gone:   // MailquotadServerUnreachable, MailquotadMailboxUnreachable
    case AdminEventKind::smtp_failing:  // MailquotadSmtpFailing
    case AdminEventKind::mail_refused:  // MailquotadMailRefused
    case AdminEventKind::owner_silent:  // MailquotadMailboxFull, MailquotadMailboxUrgent
        return true;
    default:
        return false;
    }
}

std::optional<AdminEventKind> parse_admin_event_kind(std::string_view text) {
    for (const AdminEventKind kind : kAllAdminEventKinds)
        if (to_string(kind) == text)
            return kind;
    return std::nullopt;
}

} // namespace mailquotad
