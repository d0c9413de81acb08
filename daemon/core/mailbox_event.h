// What happened to a mailbox and is worth telling later: its stage changed, it got out of reach or back, it was
// cleared.
#pragma once

#include "core/measurement.h"
#include "core/policy.h"
#include "core/time.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace mailquotad {

/// A closed set; the database uses these words.
enum class EventKind {
    stage,       ///< another stage than before
    unreachable, ///< its probes fail, and not by a single mishap
    reachable,   ///< they work again
    freed,       ///< much less is in use than at the last measurement
};

std::string_view to_string(EventKind kind);
std::optional<EventKind> parse_event_kind(std::string_view text);

struct MailboxEvent {
    Time at{};
    EventKind kind = EventKind::stage;
    std::optional<Stage> before{};        ///< stage: nothing where nothing was known
    std::optional<Stage> after{};         ///< stage: nothing where nothing is known any more
    std::optional<FailureKind> failure{}; ///< unreachable: how it failed first
    std::int64_t bytes = 0;               ///< freed: how much
    bool operator==(const MailboxEvent&) const = default;
};

/// An event, and to which mailbox.
struct MailboxEventOf {
    std::string mailbox; ///< slug
    MailboxEvent event;
};

/// Whether a fall of the use is worth an event: 5 MB, or a hundredth of the limit where that is less.
bool is_cleared(std::int64_t freed_bytes, std::optional<std::int64_t> limit_bytes);

/// Whether one failure of this kind is enough to call a mailbox unreachable; others have to come twice in a row.
bool fails_for_good(FailureKind kind);

} // namespace mailquotad
