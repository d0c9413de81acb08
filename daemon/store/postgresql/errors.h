// What SOCI throws about a PostgreSQL, as something that the webmaster can act on. Only in the module.
#pragma once

#include <string>
#include <string_view>

namespace mailquotad::store {

/// Dialect::rethrow. A place that was never reached has no state to tell, only what libpq says.
[[noreturn]] void rethrow_postgresql(const std::string& place, std::string_view attempted);

/// Dialect::is_lost.
bool is_lost_postgresql();

} // namespace mailquotad::store
