// Everything that `run` would trip over before its first connection.
#pragma once

#include "settings/settings.h"

#include <filesystem>
#include <vector>

namespace mailquotad::app {

/// Reads secrets, CA files, texts and webhook bodies, looks at the state directory and the database without changing
/// them, tries the HTTP address, and looks at who may read and write what. `loaded` is what the file gave, without an
/// error. In the order of the file.
std::vector<settings::Problem> problems_of_start(const std::filesystem::path& file, const settings::Loaded& loaded);

/// What is wrong with the texts of mails and pages, whatever the settings say.
std::vector<settings::Problem> problems_of_texts();

} // namespace mailquotad::app
