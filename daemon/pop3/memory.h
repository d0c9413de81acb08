// What a probe remembers for the next one of the same mailbox, and how it is written as text.
#pragma once

#include "core/time.h"
#include "pop3/capabilities.h"

#include <optional>
#include <string>
#include <string_view>

namespace mailquotad::pop3 {

/// Whether STAT tells the size, or the sizes of LIST have to be added up.
enum class StatWorth { unknown, tells, useless };

struct Memory {
    std::optional<Time> discovered_at; ///< when the server was last asked what it can do
    Capabilities capabilities;         ///< after login
    std::optional<Seconds> login_delay;
    StatWorth stat = StatWorth::unknown;

    /// Whether the capabilities are known and young enough.
    [[nodiscard]] bool is_fresh(Time now) const;
};

inline constexpr Seconds kDiscoverEvery{24 * 60 * 60};

/// The memory as lines of text. `owner` names server and login: memory of another one is not accepted.
std::string to_text(const Memory& memory, std::string_view owner);

/// Reads it back; an empty memory for any text that is not what to_text writes, or is another owner's.
Memory memory_from_text(std::string_view text, std::string_view owner);

} // namespace mailquotad::pop3
