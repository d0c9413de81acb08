// What the tables share: the row of a mailbox, and times as whole seconds.
#pragma once

#include "core/time.h"

#include <string>

namespace mailquotad::store {

class Connection;

/// The type that SOCI exchanges for every integer.
using Number = long long;

inline Number seconds_of(Time time) {
    return time.time_since_epoch().count();
}
inline Time time_of(Number seconds) {
    return Time(Seconds(seconds));
}

/// The number of a mailbox, which gets its row where it has none. Inside Connection::write only.
Number mailbox_number(Connection& connection, const std::string& slug);

} // namespace mailquotad::store
