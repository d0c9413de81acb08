#include "scenarios/scenario.h"

#include "catch.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace mailquotad::scenarios {
namespace {

std::string read_file(const std::filesystem::path& path) {
    std::ostringstream text;
    text << std::ifstream(path).rdbuf();
    return text.str();
}

std::vector<std::filesystem::path> scripts() {
    std::vector<std::filesystem::path> files;
    for (const auto& entry :
         std::filesystem::directory_iterator(std::filesystem::path(SOURCE_FOLDER) / "tests/scenarios")) {
        if (entry.path().extension() == ".txt" && entry.path().filename() != "CMakeLists.txt")
            files.push_back(entry.path());
    }
    std::sort(files.begin(), files.end());
    return files;
}

std::string joined(const std::vector<std::string>& lines) {
    std::string text = "\n";
    for (const std::string& line : lines)
        text += line + '\n';
    return text;
}

TEST_CASE("each scenario ends as its script says, mail by mail, with every reason", "[scripts]") {
    const auto files = scripts();
    CHECK(files.size() > 20);
    for (const auto& file : files) {
        DYNAMIC_SECTION(file.stem().string()) {
            const Outcome outcome = play(read_file(file));
            CHECK(joined(outcome.happened) == joined(outcome.expected));
        }
    }
}

TEST_CASE("a line that nobody understands is named", "[scripts]") {
    CHECK_THROWS_WITH(play("mailbox kim fifty %\nuntil day 2\n"), ContainsSubstring("mailbox kim fifty %"));
    CHECK_THROWS_WITH(play("weather fine\n"), ContainsSubstring("weather fine"));
}

} // namespace
} // namespace mailquotad::scenarios
