// Environment variables, read at one place.
#pragma once

#include <string>

namespace mailquotad::settings {

/// The value of an environment variable; nullptr where it is not set. Safe from several threads, since nothing in this
/// program changes its environment.
const char* environment_value(const std::string& name);

/// The same as text; empty where it is not set.
std::string environment_text(const std::string& name);

} // namespace mailquotad::settings
