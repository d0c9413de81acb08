// From the settings to the place of the database.
#pragma once

#include "settings/settings.h"
#include "store/place.h"

#include <filesystem>

namespace mailquotad::app {

/// Where the database of these settings lies. Its password is read at every connection; where it cannot be, that is a
/// store::StoreError.
store::Place place_of(const settings::Settings& settings);

} // namespace mailquotad::app
