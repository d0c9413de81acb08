// What the settings and the database say about a decision.
#pragma once

#include "core/alert.h"
#include "settings/settings.h"
#include "store/database.h"

#include <string>

namespace mailquotad::app {

AlertRules rules_for(const settings::Settings& settings, const settings::Mailbox& mailbox);

/// Throws store::StoreError.
Circumstances circumstances_of(store::Database& database, const std::string& slug, Time now);

} // namespace mailquotad::app
