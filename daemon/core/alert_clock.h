// A clock that is set back must not make anything wait for the wrong time to come again.
#pragma once

#include "core/alert.h"

namespace mailquotad {

/// The state with every moment that lies after `now` taken as `now`: it was written by a clock that was ahead.
AlertState not_after(AlertState state, Time now);

} // namespace mailquotad
