// The steps of mail programs, a file per program and language, so that they can age visibly and be mended by anybody.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace mailquotad::text {

/// What one program needs for each thing to do; texts may hold {{pop3_host}}, {{pop3_port}} and {{pop3_security}}.
struct ClientGuide {
    std::string client;                                    ///< "thunderbird": the name in the settings
    std::string language;                                  ///< of these texts
    std::string name;                                      ///< as it is written in a sentence
    std::string version;                                   ///< that was looked at
    std::string checked_on;                                ///< "2026-11"
    std::string source;                                    ///< where the names of menus come from
    std::map<std::string, std::vector<std::string>> steps; ///< by kGuideTopics
    std::map<std::string, std::string> remarks;            ///< by kGuideTopics
};

/// The closed set of things that a guide may explain.
inline constexpr const char* kGuideTopics[] = {"see_level",     "sort_by_size", "empty_trash", "empty_junk",
                                               "purge_deleted", "archive",      "pop3"};

/// Constant after its construction; may be used by several threads at a time.
class ClientGuides {
public:
    /// Reads CLIENT.LANGUAGE.toml of a folder. Throws CatalogError that names file and line: broken TOML, an unknown
    /// key or topic, a missing name, checked_on or source.
    explicit ClientGuides(const std::filesystem::path& clients);

    /// The guide of a client in a language; else that of "webmail" in this language, else that in English. Throws
    /// CatalogError where even that is missing.
    [[nodiscard]] const ClientGuide& guide(const std::string& client, const std::string& language) const;
    [[nodiscard]] const std::vector<ClientGuide>& all() const { return guides_; }

private:
    [[nodiscard]] const ClientGuide* find(const std::string& client, const std::string& language) const;
    std::filesystem::path folder_;
    std::vector<ClientGuide> guides_;
};

} // namespace mailquotad::text
