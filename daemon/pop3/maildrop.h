// How many messages the inbox holds and how large they are altogether: STAT, LIST where that is not enough, QUIT.
#pragma once

#include "pop3/memory.h"
#include "pop3/session.h"

#include <cstdint>
#include <optional>

namespace mailquotad::pop3 {

/// Nothing is not zero: what the server did not tell is absent. Numbers saturate at 2^63-1.
struct Maildrop {
    std::optional<std::int64_t> messages;
    std::optional<std::int64_t> size_bytes;
};

/// Messages that LIST may name where STAT did not tell their number.
inline constexpr std::int64_t kMaxMessages = 2'000'000;

/// Measures and says QUIT. With `pipelining` (RFC 2449 section 6.6) all goes out in one write as soon as `worth` is
/// known from an earlier look. LIST is asked only where STAT is refused or tells no usable size; its lines are
/// added up as they come, and count only if they are as many as STAT says. `worth` becomes what this STAT was worth.
/// Throws NetError: protocol or throttled where neither tells the number of messages, limit for a LIST beyond bounds.
Maildrop measure(Session& session, StatWorth& worth, bool pipelining);

} // namespace mailquotad::pop3
