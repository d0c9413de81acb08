// What the webmaster is told at once: logins that no longer work, servers that are gone, mail that cannot leave. Pure.
#pragma once

#include "core/measurement.h"
#include "core/time.h"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace mailquotad {

enum class TroubleKind {
    login,       ///< one login does not work any more; several mailboxes may share it
    server_gone, ///< no mailbox of a server could be measured for a day
    smtp,        ///< mail could not leave; told when it can again
};

/// One trouble, from its beginning to its end.
struct Trouble {
    TroubleKind kind = TroubleKind::login;
    std::string server;              ///< key in the settings; empty for smtp
    std::set<std::string> mailboxes; ///< slugs; empty for smtp
    FailureKind failure = FailureKind::internal;
    std::string detail; ///< one line; may hold text from a server
    Time since{};
    std::optional<Time> until;
    bool told = false;
    bool unclear = false; ///< a login that several mailboxes share: the next of them will show whether it is its fault
    bool operator==(const Trouble&) const = default;
};

/// What is remembered between two looks; kept in the database.
struct TroubleState {
    std::map<std::string, Trouble> open;           ///< by kind and what it is about
    std::vector<Trouble> over;                     ///< the webmaster is owed the all-clear
    std::map<std::string, Time> unreachable_since; ///< by server
    std::optional<Time> smtp_failing_since;
    std::string smtp_detail;
    std::optional<Time> last_told;
    bool operator==(const TroubleState&) const = default;
};

/// A mailbox as its last probe left it.
struct Sight {
    std::string slug;
    std::string server;
    std::string login; ///< the same for mailboxes that share a login
    bool tried = false;
    std::optional<ProbeFailure> failure;
    std::optional<Time> measured_at{}; ///< when it was last measured well
};

/// How long a server must be gone, and mail stuck, before it is told.
inline constexpr Seconds kGoneAfter{24 * 3600};
inline constexpr Seconds kStuckAfter{3600};
/// After one mail to the webmaster what comes is collected this long, so that fifty changed passwords are two mails.
inline constexpr Seconds kCollectFor{3600};

/// So many refused mailboxes prove that the login which they share does not work any more.
inline constexpr std::size_t kSharedProof = 3;

/// Whether the login is what failed: refused, not allowed, or without a readable password.
bool is_login_failure(FailureKind kind);

/// Follows what the last probes say. Sights of mailboxes that were not tried since the start change nothing.
void follow_troubles(TroubleState& state, const std::vector<Sight>& sights, Time now);

/// Follows the SMTP server: it took or refused a mail for good (`works`), or could not be used.
void follow_smtp(TroubleState& state, bool works, const std::string& detail, Time now);

/// What the webmaster is told now; empty lists where there is nothing or it is being collected. Counts as told.
struct TroubleNews {
    std::vector<Trouble> begun;
    std::vector<Trouble> over;
    [[nodiscard]] bool empty() const { return begun.empty() && over.empty(); }
};
TroubleNews take_news(TroubleState& state, Time now);

} // namespace mailquotad
