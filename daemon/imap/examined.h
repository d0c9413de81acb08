// What EXAMINE tells of a folder, and what comes beside the answers to FETCH while it is open.
#pragma once

#include "imap/session.h"

#include <cstdint>
#include <optional>

namespace mailquotad::imap {

struct Examined {
    std::int64_t uidvalidity = 0;
    std::int64_t uidnext = 0;       ///< 0: not told
    std::int64_t highestmodseq = 0; ///< 0: not told
    std::optional<std::int64_t> exists;
    std::int64_t most = 0; ///< with what came meanwhile
    std::int64_t expunged = 0;

    /// Takes EXISTS, EXPUNGE and the codes of OK; leaves everything else.
    void note(const Untagged& response);

    /// Whether so many counted messages can be all: mail that came or was expunged while we counted may or may not be
    /// among them.
    [[nodiscard]] bool fits(std::int64_t counted) const {
        return exists && counted <= most && counted >= *exists - expunged;
    }
};

} // namespace mailquotad::imap
