#include "settings/environment.h"
#include "settings/settings.h"

namespace mailquotad::settings {

namespace fs = std::filesystem;

namespace {

DataDirectories below(const fs::path& folder) {
    return {.providers = folder / "providers", .messages = folder / "messages", .clients = folder / "clients"};
}

bool is_data_folder(const fs::path& folder) {
    std::error_code error;
    return fs::is_directory(folder / "providers", error);
}

} // namespace

DataDirectories data_directories() {
    if (const auto given = environment_text("MAILQUOTAD_DATA"); !given.empty())
        return below(given);
    std::error_code error;
    auto folder = fs::read_symlink("/proc/self/exe", error).parent_path();
    // PREFIX/bin/mailquotad, or SOURCE/build/PRESET/mailquotad
    for (int level = 0; level < 4 && folder.has_relative_path(); ++level) {
        if (is_data_folder(folder / "share" / "mailquotad"))
            return below(folder / "share" / "mailquotad");
        if (is_data_folder(folder / "config"))
            return below(folder / "config");
        folder = folder.parent_path();
    }
    return below("/usr/share/mailquotad");
}

} // namespace mailquotad::settings
