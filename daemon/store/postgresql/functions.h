// What the module mailquotad-postgresql can do for the program: SOCI's PostgreSQL side and libpq are in memory only
// where the settings name a PostgreSQL.
#pragma once

#include "core/query_result.h"
#include "store/connection.h"

#include <string>

namespace mailquotad::store {

struct Place;

/// A database and the way to it.
struct PostgresqlLink {
    std::string name; ///< for error texts
    Dialect dialect;
    Connection::Reopen open; ///< connects; throws StoreError
};

/// The functions of the module; each is described where the program calls it: store/postgresql.h, store/read_rows.h.
struct PostgresqlFunctions {
    std::string (*fault_of_url)(const std::string& url);
    PostgresqlLink (*link)(const Place& place, bool readonly);
    QueryResult (*read_rows)(const Place& place, const std::string& query);
};

} // namespace mailquotad::store
