// What pages show of the past. It is no part of a Status: a year of every mailbox in memory would be many times the
// Status itself, for a page that is opened now and then. So the thread that answers a request reads it from the
// database, over a connection of its own that cannot write; the loop is not asked.
#pragma once

#include "core/alert.h"
#include "core/mailbox_event.h"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace mailquotad::observe {

/// The last measurement of a day.
struct PastDay {
    Time at{};
    std::int64_t used_bytes = 0;
    std::optional<std::int64_t> limit_bytes;
};

/// A mail to an owner: when it was accepted, or where it was not, when it was decided.
struct PastMail {
    enum class Fate { accepted, waiting, refused, withdrawn };
    std::string mailbox; ///< slug
    Time at{};
    NotificationKind kind = NotificationKind::warning;
    Stage stage = Stage::ok;
    Fate fate = Fate::accepted;
};

/// The past of one mailbox, oldest first.
struct MailboxPast {
    std::vector<PastDay> days;
    std::vector<PastMail> mails;
    std::vector<MailboxEvent> events;
};

/// What happened to all mailboxes lately, the newest first.
struct RecentPast {
    std::vector<MailboxEventOf> events;
    std::vector<PastMail> mails;
};

/// The ways to the past, for any thread. Each throws std::runtime_error where it cannot be read now.
struct PastReader {
    std::function<MailboxPast(const std::string& slug, Time now)> mailbox;
    std::function<RecentPast(Time since)> recent;
    /// Every measurement that is kept, as `history --format csv` prints it.
    std::function<std::string(const std::string& slug)> csv;
};

} // namespace mailquotad::observe
