// The proofs that README.md names are there.
#include "catch.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <regex>
#include <set>
#include <sstream>

namespace mailquotad::scenarios {
namespace {

namespace fs = std::filesystem;

const fs::path kSource = SOURCE_FOLDER;

std::string text_of(const fs::path& file) {
    std::ostringstream text;
    text << std::ifstream(file).rdbuf();
    return text.str();
}

/// A row of a table: its first cell, the file and the name of the test in it, if it needs one.
struct Proof {
    std::string about;
    std::string file;
    std::string test;
};

std::vector<Proof> proofs() {
    std::vector<Proof> rows;
    std::istringstream lines(text_of(kSource / "tests/scenarios/README.md"));
    const std::regex row(R"re(^\| (.*?) \|.*`(tests/[^`]+)`(?: "(.*)")? \|$)re");
    std::smatch cells;
    for (std::string line; std::getline(lines, line);) {
        if (std::regex_match(line, cells, row))
            rows.push_back({.about = cells[1], .file = cells[2], .test = cells[3]});
    }
    return rows;
}

TEST_CASE("every fault of others has a proof, and every proof is there", "[defects]") {
    std::set<std::string> numbers;
    for (const Proof& proof : proofs()) {
        INFO(proof.about << ": " << proof.file << ' ' << proof.test);
        REQUIRE(fs::exists(kSource / proof.file));
        if (!proof.test.empty())
            CHECK(text_of(kSource / proof.file).find(proof.test) != std::string::npos);
        numbers.insert(proof.about);
    }
    for (int fault = 1; fault <= 19; ++fault)
        CHECK(numbers.count(std::to_string(fault)) == 1);
}

// What a program is called with can be read by every user of the machine.
TEST_CASE("no option takes a password", "[defects]") {
    int options = 0;
    for (const auto& entry : fs::directory_iterator(kSource / "daemon/app")) {
        const std::string text = text_of(entry.path());
        const std::regex option(R"re("(--[a-z-]+))re");
        for (auto found = std::sregex_iterator(text.begin(), text.end(), option); found != std::sregex_iterator();
             ++found) {
            const std::string name = (*found)[1];
            ++options;
            INFO(entry.path().filename().string() << ' ' << name);
            const bool is_secret = name.find("pass") != std::string::npos || name.find("secret") != std::string::npos ||
                                   name.find("token") != std::string::npos;
            // Where the password lies, what prints it, and that it comes later: none is the password itself.
            const bool says_where = name.ends_with("-file") || name.ends_with("-command") || name.ends_with("-later");
            CHECK((!is_secret || says_where));
        }
    }
    CHECK(options > 5);
}

} // namespace
} // namespace mailquotad::scenarios
