// What past forecasts were worth: the part of it that others of this folder need.
#pragma once

#include "store/rows.h"

namespace soci {
class session;
}

namespace mailquotad::store {

/// Forgets the errors of days before the one of `end` (seconds since 1970). Inside Connection::write only.
void prune_forecast_errors(soci::session& sql, Number end);

} // namespace mailquotad::store
