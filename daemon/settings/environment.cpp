#include "settings/environment.h"

#include <cstdlib>

namespace mailquotad::settings {

const char* environment_value(const std::string& name) {
    return std::getenv(name.c_str()); // NOLINT(concurrency-mt-unsafe): unsafe only beside setenv, which nobody calls
}

std::string environment_text(const std::string& name) {
    const char* value = environment_value(name);
    return value == nullptr ? "" : value;
}

} // namespace mailquotad::settings
