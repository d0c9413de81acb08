// A query that somebody else wrote, over a database that may hold other people's tables.
#pragma once

#include "core/query_result.h"

#include <chrono>
#include <cstddef>
#include <string>

namespace mailquotad::store {

struct Place;

/// A result beyond either is refused: a wrong join must not fill the memory.
inline constexpr std::size_t kMaxRows = 200'000;
inline constexpr std::size_t kMaxRowBytes = 64UL * 1024 * 1024;
/// From the first word to the last row.
inline constexpr std::chrono::seconds kLongestQuery{10};

/// The rows of one SELECT (or VALUES, TABLE, WITH …) in the order that the server gives, every value as PostgreSQL
/// writes it, NULL as an empty text. Runs over a connection of its own, in a transaction that cannot write, and no
/// longer than kLongestQuery, since it runs in the daemon's loop. Throws StoreError with PostgreSQL's sentence; `place`
/// must be a PostgreSQL.
QueryResult read_rows(const Place& place, const std::string& query);

} // namespace mailquotad::store
