// PostgreSQL's own side: how it is reached, and what it calls things.
#pragma once

#include <memory>
#include <string>

namespace mailquotad::store {

class Connection;
struct Place;

/// Connects to `place.postgresql_url` (a URI of libpq; sslmode and the like as its parameters). The password is wiped
/// from memory once it was used. A connection that does not come about within 5 s, or is refused, is a StoreError that
/// names server and database. `readonly`: the server itself refuses to write.
std::unique_ptr<Connection> connect_postgresql(const Place& place, bool readonly);

/// What is wrong with a URL, as libpq says it; empty where it can be used.
std::string fault_of_postgresql_url(const std::string& url);

} // namespace mailquotad::store
