// A folder for one test, gone afterwards; and the data files that settings refer to.
#pragma once

#include "settings/settings.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>

/// Makes an empty folder and removes it with all that is in it.
class TemporaryFolder {
public:
    TemporaryFolder() {
        std::string name = (std::filesystem::temp_directory_path() / "settings-XXXXXX").string();
        if (mkdtemp(name.data()) == nullptr)
            throw std::runtime_error("cannot make a folder for a test");
        path_ = name;
    }
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;
    ~TemporaryFolder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }

    /// Writes a file below the folder, with the folders on the way to it.
    std::filesystem::path write(const std::string& name, const std::string& content,
                                std::filesystem::perms mode = std::filesystem::perms(0640)) const {
        const auto file = path_ / name;
        std::filesystem::create_directories(file.parent_path());
        std::ofstream(file, std::ios::binary) << content;
        std::filesystem::permissions(file, mode);
        return file;
    }
    [[nodiscard]] const std::filesystem::path& path() const { return path_; }

private:
    std::filesystem::path path_;
};

/// The real presets, the languages de and en, and steps for thunderbird in both and outlook in de.
class DataForTests {
public:
    DataForTests() {
        for (const auto* client : {"thunderbird.de", "thunderbird.en", "outlook.de"})
            folder_.write(std::string("clients/") + client + ".toml", "");
        for (const auto* language : {"de", "en"})
            folder_.write(std::string("messages/") + language + "/warning.txt", "");
    }
    [[nodiscard]] mailquotad::settings::DataDirectories directories() const {
        return {.providers = std::filesystem::path(SOURCE_FOLDER) / "config" / "providers",
                .messages = folder_.path() / "messages",
                .clients = folder_.path() / "clients"};
    }

private:
    TemporaryFolder folder_;
};

/// A settings file with one mailbox, after the given lines of the top level.
inline std::string with_mailbox(const std::string& before, const std::string& after = "") {
    return before + R"(
[server.a]
imap = "imaps://mail.example"
[[mailbox]]
address = "kim@verein.example"
server = "a"
password = { credential = "kim" }
)" + after;
}

/// The content of a file of the repository.
inline std::string content_of(const std::filesystem::path& file) {
    std::ifstream stream(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
}
