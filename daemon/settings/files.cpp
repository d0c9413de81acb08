#include "settings/files.h"

#include <sys/stat.h>

#include <algorithm>
#include <fstream>

namespace mailquotad::settings {

namespace fs = std::filesystem;

namespace {

/// Calls `take` with every entry; stops in silence where the folder cannot be read.
template <class Take>
void for_each_entry(const fs::path& folder, Take take) {
    std::error_code error;
    for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error))
        take(*entry);
}

} // namespace

std::optional<std::string> read_text_file(const fs::path& file) {
    std::error_code error;
    if (!fs::is_regular_file(file, error))
        return std::nullopt;
    std::ifstream stream(file, std::ios::binary);
    std::string text;
    char block[16384];
    while (text.size() <= kMaxFileBytes && (stream.read(block, sizeof block) || stream.gcount() > 0))
        text.append(block, static_cast<std::size_t>(stream.gcount()));
    if (!stream.is_open() || stream.bad())
        return std::nullopt;
    return text.substr(0, kMaxFileBytes + 1);
}

FileStamp stamp_of(const fs::path& file) {
    struct stat status {};
    if (::stat(file.c_str(), &status) != 0)
        return {};
    return {.changed_ns = static_cast<std::int64_t>(status.st_mtim.tv_sec) * 1'000'000'000 + status.st_mtim.tv_nsec,
            .size = static_cast<std::uint64_t>(status.st_size),
            .inode = status.st_ino};
}

std::vector<std::string> names_with_ending(const fs::path& folder, const std::string& ending) {
    std::vector<std::string> names;
    for_each_entry(folder, [&](const fs::directory_entry& entry) {
        const auto name = entry.path().filename().string();
        if (name.size() > ending.size() && name.ends_with(ending))
            names.push_back(name.substr(0, name.size() - ending.size()));
    });
    std::ranges::sort(names);
    return names;
}

std::vector<std::string> folders_in(const fs::path& folder) {
    std::vector<std::string> names;
    for_each_entry(folder, [&](const fs::directory_entry& entry) {
        std::error_code ignored;
        if (entry.is_directory(ignored))
            names.push_back(entry.path().filename().string());
    });
    std::ranges::sort(names);
    return names;
}

} // namespace mailquotad::settings
