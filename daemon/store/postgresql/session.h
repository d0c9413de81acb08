// How a PostgreSQL is reached, by SOCI over libpq. Only in the module.
#pragma once

#include "store/place.h"
#include "store/postgresql/functions.h"

#include <memory>
#include <string>

namespace soci {
struct postgresql_session_backend;
}

namespace mailquotad::store {

/// As in store/postgresql.h.
std::string fault_of_url(const std::string& url);

/// What leads to a database; throws StoreError for a URL that cannot be read. Nothing is connected yet. The password is
/// wiped from memory once it was used.
PostgresqlLink link_postgresql(const Place& place, bool readonly);

/// A connection that cannot write, to be used by libpq itself: nothing watches over it yet. Throws StoreError.
std::unique_ptr<soci::postgresql_session_backend> connect_for_rows(const Place& place);

} // namespace mailquotad::store
