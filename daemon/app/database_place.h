// From the settings to the place of the database, and from the database to the settings.
#pragma once

#include "settings/settings.h"
#include "store/place.h"

#include <filesystem>

namespace mailquotad::app {

/// Where the database of these settings lies. Its password is read at every connection; where it cannot be, that is a
/// store::StoreError.
store::Place place_of(const settings::Settings& settings);

/// Whether queries that are lists of mailboxes are run while settings are read.
enum class Queries { run, leave };

/// What the settings ask the database while they are read. Each query has a connection of its own, which cannot write.
settings::DatabaseReader database_reader(Queries queries = Queries::run);

} // namespace mailquotad::app
