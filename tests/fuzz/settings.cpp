// Arbitrary text as a settings file: every mistake becomes a problem, nothing is thrown.
#include "settings/settings.h"

#include <cstddef>
#include <cstdint>

using namespace mailquotad;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string text(reinterpret_cast<const char*>(data), size);
    const settings::Loaded loaded = settings::load_text(text, "fuzz.toml", {});
    for (const settings::Problem& problem : loaded.problems) {
        settings::to_string(problem);
    }
    const bool has_error = !loaded.settings.has_value();
    if (has_error && loaded.problems.empty()) {
        __builtin_trap(); // refused without a reason
    }
    return 0;
}
