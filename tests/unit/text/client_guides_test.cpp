#include "catch.h"

#include "text/catalog.h"
#include "text/client_guides.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <regex>
#include <set>
#include <string>
#include <unistd.h>

using namespace mailquotad;
using text::CatalogError;
using text::ClientGuide;
using text::ClientGuides;
namespace fs = std::filesystem;

namespace {

const fs::path kShipped = SOURCE_FOLDER "/config/clients";

/// What reading one file says; empty where it is right.
std::string refusal(const std::string& name, const std::string& content) {
    const fs::path folder = fs::temp_directory_path() / ("mailquotad-clients-" + std::to_string(::getpid()));
    fs::create_directories(folder);
    std::ofstream(folder / name, std::ios::binary) << content;
    std::string said;
    try {
        static_cast<void>(ClientGuides(folder));
    } catch (const CatalogError& error) {
        said = error.what();
    }
    fs::remove_all(folder);
    return said;
}

constexpr const char* kHead = "name = \"x\"\nversion = \"1\"\nchecked_on = \"2026-11\"\nsource = \"s\"\n";

} // namespace

TEST_CASE("every program has its steps in every language, about the same topics", "[text][clients]") {
    const ClientGuides guides(kShipped);
    std::map<std::string, std::map<std::string, std::set<std::string>>> topics;
    for (const ClientGuide& guide : guides.all()) {
        for (const auto& [topic, steps] : guide.steps)
            topics[guide.client][guide.language].insert(topic + " " + std::to_string(steps.size()));
        for (const auto& [topic, remark] : guide.remarks)
            topics[guide.client][guide.language].insert("remark on " + topic);
    }
    CHECK(topics.size() == 7);
    const text::Catalog catalog(SOURCE_FOLDER "/config/messages");
    for (const auto& [client, languages] : topics) {
        for (const std::string& language : catalog.languages()) {
            INFO(client << " " << language);
            REQUIRE(languages.contains(language));
            CHECK(languages.at(language) == languages.begin()->second);
        }
    }
}

TEST_CASE("a guide says when and where it was checked, and holds no link", "[text][clients]") {
    const ClientGuides guides(kShipped);
    const text::Catalog catalog(SOURCE_FOLDER "/config/messages");
    for (const ClientGuide& guide : guides.all()) {
        INFO(guide.client << "." << guide.language);
        CHECK(std::regex_match(guide.checked_on, std::regex("20[0-9]{2}-[01][0-9](-[0-3][0-9])?")));
        CHECK(guide.source.size() > 20);
        for (const auto& [topic, steps] : guide.steps) {
            CHECK_FALSE(catalog.word(guide.language, "guide." + topic).empty());
            CHECK(steps.size() <= 4);
            for (const std::string& step : steps)
                CHECK_FALSE(std::regex_search(step, std::regex("https?:|www[.]|@", std::regex::icase)));
        }
    }
}

TEST_CASE("an unknown program or language gets the steps of the webmail", "[text][clients]") {
    const ClientGuides guides(kShipped);
    CHECK(guides.guide("thunderbird", "de").client == "thunderbird");
    CHECK(guides.guide("pine", "de").client == "webmail");
    CHECK(guides.guide("pine", "de").language == "de");
    CHECK(guides.guide("thunderbird", "cs").client == "webmail");
    CHECK(guides.guide("thunderbird", "cs").language == "en");
}

TEST_CASE("a broken guide is refused with file and line", "[text][clients]") {
    const std::string head = kHead;
    CHECK(refusal("a.de.toml", head).empty());
    CHECK_THAT(refusal("a.de.toml", "name = \"x\"\n"), ContainsSubstring("a.de.toml: version is missing"));
    CHECK_THAT(refusal("a.toml", head), ContainsSubstring("CLIENT.LANGUAGE.toml"));
    CHECK_THAT(refusal("a.de.toml", head + "[steps]\nempty_bin = [\"x\"]\n"),
               ContainsSubstring("a.de.toml:6: unknown topic empty_bin; allowed are see_level"));
    CHECK_THAT(refusal("a.de.toml", head + "[steps]\narchive = \"x\"\n"), ContainsSubstring("is not a list of texts"));
    CHECK_THAT(refusal("a.de.toml", head + "link = \"x\"\n"), ContainsSubstring("unknown key link"));
    CHECK_THAT(refusal("a.de.toml", "name = \n"), ContainsSubstring("a.de.toml:1: "));
}
