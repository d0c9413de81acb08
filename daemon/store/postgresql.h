// PostgreSQL, by a module that is loaded at the first of these calls (store/postgresql/).
#pragma once

#include <memory>
#include <string>

namespace mailquotad::store {

class Connection;
struct Place;

/// Connects to `place.postgresql_url` (a URI of libpq; sslmode and the like as its parameters). The password is wiped
/// from memory once it was used. A connection that does not come about within 5 s, or is refused, is a StoreError that
/// names server and database, and so is a module that cannot be loaded. `readonly`: the server itself refuses to write.
std::unique_ptr<Connection> connect_postgresql(const Place& place, bool readonly);

/// What is wrong with a URL, as libpq says it, or why libpq cannot be asked; empty where it can be used.
std::string fault_of_postgresql_url(const std::string& url);

} // namespace mailquotad::store
