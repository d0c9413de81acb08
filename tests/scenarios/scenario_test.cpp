#include "scenarios/scenario.h"

#include "catch.h"

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

TEST_CASE("each scenario sends exactly the mails it says") {
    int played = 0;
    for (const auto& entry :
         std::filesystem::directory_iterator(std::filesystem::path(SOURCE_FOLDER) / "tests/scenarios")) {
        if (entry.path().extension() != ".txt" || entry.path().filename() == "CMakeLists.txt")
            continue;
        INFO(entry.path().filename().string());
        const Outcome outcome = play(read_file(entry.path()));
        CHECK(outcome.mails == outcome.expected);
        ++played;
    }
    CHECK(played > 0);
}

} // namespace
} // namespace mailquotad::scenarios
