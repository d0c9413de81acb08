#include "catch.h"
#include "settings/settings_keys.h"
#include "temporary_folder.h"

#include <regex>
#include <set>

using namespace mailquotad::settings;

namespace {

bool mentions(const std::string& text, const std::string& word) {
    return std::regex_search(text, std::regex("(^|[^A-Za-z0-9_])" + word + "([^A-Za-z0-9_]|$)"));
}

} // namespace

TEST_CASE("the table of keys is complete in itself") {
    std::set<std::string_view> seen;
    for (const auto& key : settings_keys()) {
        INFO(key.path);
        CHECK(seen.insert(key.path).second);
        CHECK_FALSE(key.allowed.empty());
        CHECK_FALSE(key.description.empty());
        const bool holds_keys = key.type == KeyType::table || key.type == KeyType::tables ||
                                key.type == KeyType::named_tables || key.type == KeyType::secret;
        CHECK((!holds_keys || !keys_below(key.children.empty() ? key.path : key.children).empty()));
    }
}

TEST_CASE("every key stands in the man page and in the complete example") {
    const auto source = std::filesystem::path(SOURCE_FOLDER);
    const auto page = content_of(source / "systemd" / "man" / "mailquotad.toml.5");
    const auto example = content_of(source / "config" / "mailquotad.full.toml");
    for (const auto& key : settings_keys()) {
        INFO(key.path);
        CHECK(page.find(".It Ic " + std::string(key.name())) != std::string::npos);
        if (key.parent() != "preset")
            CHECK(mentions(example, std::string(key.name())));
    }
}

TEST_CASE("the man page says the default of every key that has one") {
    const auto page = content_of(std::filesystem::path(SOURCE_FOLDER) / "systemd" / "man" / "mailquotad.toml.5");
    for (const auto& key : settings_keys()) {
        const auto quoted = std::regex_replace(std::string(key.default_value), std::regex("\""), "\\(dq");
        const bool plain = key.type != KeyType::table && !key.default_value.empty();
        INFO(key.path << " " << quoted);
        CHECK((!plain || page.find(".Li " + quoted) != std::string::npos));
    }
}
