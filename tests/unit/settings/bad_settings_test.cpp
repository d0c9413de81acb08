// Every file in tests/bad-settings names the problems it must yield, in lines "# expect: LINE: KEY: TEXT" at its top;
// TEXT is a part of the message, after "warning: " where it is one. An empty KEY stands for the whole file.
#include "catch.h"
#include "temporary_folder.h"

#include <algorithm>
#include <set>
#include <sstream>

using namespace mailquotad::settings;
namespace fs = std::filesystem;

namespace {

struct Expectation {
    std::string place; ///< "LINE: KEY"
    std::string text;
};

std::vector<Expectation> expectations_in(const std::string& content) {
    const std::string prefix = "# expect: ";
    std::vector<Expectation> found;
    std::istringstream lines(content);
    for (std::string line; std::getline(lines, line) && line.starts_with(prefix);) {
        const auto rest = line.substr(prefix.size());
        const auto key = rest.find(": ");
        const auto text = rest.find(": ", key + 1);
        REQUIRE(text != std::string::npos);
        found.push_back({rest.substr(0, text), rest.substr(text + 2)});
    }
    return found;
}

std::string place_of(const Problem& problem) {
    return std::to_string(problem.line) + ": " + problem.key;
}

std::string text_of(const Problem& problem) {
    return (problem.severity == Problem::Severity::warning ? "warning: " : "") + problem.message;
}

std::vector<fs::path> bad_files() {
    std::vector<fs::path> files;
    for (const auto& entry : fs::directory_iterator(fs::path(SOURCE_FOLDER) / "tests" / "bad-settings"))
        files.push_back(entry.path());
    std::ranges::sort(files);
    return files;
}

std::string listing(const std::vector<Problem>& problems) {
    std::string text;
    for (const auto& problem : problems)
        text += to_string(problem) + "\n";
    return text;
}

} // namespace

TEST_CASE("every bad settings file yields exactly the problems that it names") {
    const DataForTests data;
    for (const auto& file : bad_files()) {
        const auto content = content_of(file);
        const auto expected = expectations_in(content);
        const auto loaded = load_text(content, file.filename().string(), data.directories());
        INFO(listing(loaded.problems));
        REQUIRE_FALSE(expected.empty());
        REQUIRE(loaded.problems.size() == expected.size());
        for (std::size_t i = 0; i < expected.size(); ++i) {
            CHECK(place_of(loaded.problems[i]) == expected[i].place);
            CHECK_THAT(text_of(loaded.problems[i]), ContainsSubstring(expected[i].text));
        }
    }
}

TEST_CASE("settings are handed out with warnings and kept back with an error") {
    const DataForTests data;
    for (const auto& file : bad_files()) {
        const auto loaded = load(file, data.directories());
        const bool error = std::ranges::any_of(
            loaded.problems, [](const Problem& problem) { return problem.severity == Problem::Severity::error; });
        INFO(file);
        CHECK(loaded.settings.has_value() == !error);
    }
}

TEST_CASE("there are at least forty bad settings files, and one with ten mistakes") {
    std::size_t most = 0;
    for (const auto& file : bad_files())
        most = std::max(most, expectations_in(content_of(file)).size());
    CHECK(bad_files().size() >= 40);
    CHECK(most >= 10);
}

TEST_CASE("no problem repeats what stands in a password") {
    const DataForTests data;
    for (const auto* wrong :
         {R"("hunter2")", R"({ credential = "hunter2/" })", R"({ file = "hunter2" })", R"({ env = "hunter2 " })",
          R"({ command = "hunter2" })", R"({ command = ["", "hunter2"] })", R"({ value = "hunter2" })",
          R"({ credential = "hunter2", file = "/hunter2" })", R"(["hunter2"])", "hunter2", "'hunter2", "\"hunter2"}) {
        const auto text = with_mailbox("[smtp]\nserver = \"smtps://h\"\nfrom = \"a@b\"\nusername = \"a\"\npassword = " +
                                       std::string(wrong));
        const auto loaded = load_text(text, "test", data.directories());
        INFO(listing(loaded.problems));
        CHECK_FALSE(loaded.settings);
        CHECK(listing(loaded.problems).find("hunter2") == std::string::npos);
    }
}

TEST_CASE("no problem repeats the password of a URL") {
    const DataForTests data;
    for (const auto* line : {"[server.b]\nimap = \"imaps://kim:hunter2@mail.example\"",
                             "[server.b]\npin = [1]\npop3 = \"kim:hunter2@mail.example\"",
                             "[database]\nurl = \"postgresql://kim:hunter2@db.example/x\"",
                             "[database]\nurl = \"mysql://kim:hunter2@db.example/x\""}) {
        const auto loaded = load_text(with_mailbox(line), "test", data.directories());
        INFO(listing(loaded.problems));
        CHECK_FALSE(loaded.settings);
        CHECK(listing(loaded.problems).find("hunter2") == std::string::npos);
    }
}
