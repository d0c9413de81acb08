// What is remembered of bursts, troubles and digests across restarts, and the webmaster's answer.
#pragma once

#include "core/burst.h"
#include "core/trouble.h"
#include "store/database.h"

#include <optional>
#include <string_view>

namespace mailquotad::app {

/// When the digest was last due and last mailed.
struct DigestMemory {
    Time looked_at{};              ///< the last due moment was dealt with then; 1970: never
    std::optional<Time> mailed_at; ///< with or without news
    bool operator==(const DigestMemory&) const = default;
};

struct WebmasterMemory {
    BurstState burst;
    TroubleState trouble;
    DigestMemory digest;
    bool operator==(const WebmasterMemory&) const = default;
};

/// What was saved last; what another version wrote and this one cannot read is forgotten. Throws store::StoreError.
WebmasterMemory read_webmaster_memory(store::Database& database);

/// Whether another daemon has saved something else since `memory` was read or saved; the transaction keeps others from
/// doing so from now on. Throws store::StoreError.
bool was_overtaken(store::Database& database, const WebmasterMemory& memory);

/// Keeps it. Throws store::StoreError.
void save_webmaster_memory(store::Database& database, const WebmasterMemory& memory);

/// What the webmaster wants done with the mails that are held.
enum class BurstAnswer { release, drop };

/// The answer that nobody took yet. Throws store::StoreError.
std::optional<BurstAnswer> read_burst_answer(store::Database& database);
/// Keeps an answer for the daemon, or takes it away. Throws store::StoreError.
void save_burst_answer(store::Database& database, std::optional<BurstAnswer> answer);

} // namespace mailquotad::app
