// tests/dialogues/README.md says which server's shape gives which result. Its second half is written by
//     MAILQUOTAD_UPDATE_GOLDEN=1 build/dev/unit_imap "[golden]"
#include "catch.h"

#include "fakes/dialogue.h"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <regex>
#include <sstream>

using namespace mailquotad;
using namespace mailquotad::fakes;

namespace {

const std::string kFile = SOURCE_FOLDER "/tests/dialogues/README.md";
const std::string kGenerated = "## Every dialogue for IMAP";

std::string read_file(const std::string& path) {
    std::ifstream file(path);
    return {std::istreambuf_iterator<char>(file), {}};
}

std::string in_cell(std::string text) {
    for (std::size_t at = 0; (at = text.find('|', at)) != std::string::npos; at += 2)
        text.insert(at, 1, '\\');
    return text;
}

/// "resource STORAGE 1024 2048 bytes ROOT" as "STORAGE 1024 of 2048 bytes".
std::string resource_text(const std::string& fact) {
    std::istringstream words(fact);
    std::string word, name, used, limit, unit;
    words >> word >> name >> used >> limit >> unit;
    const std::string of = limit == "-" ? " without a limit" : " of " + limit;
    return name + ' ' + used + of + (unit == "bytes" ? " bytes" : "");
}

std::string result_of(const Round& round) {
    std::string text;
    int folders = 0;
    int unsized = 0;
    for (const std::string& fact : round.expected) {
        if (fact.starts_with("failure "))
            text += "failure `" + fact.substr(8) + '`';
        else if (fact.starts_with("limit_source "))
            text += "limit: " + fact.substr(13);
        else if (fact.starts_with("resource "))
            text += ", " + resource_text(fact);
        folders += fact.starts_with("folder ") ? 1 : 0;
        unsized += std::regex_search(fact, std::regex("^folder \\S+ \\S+ - ")) ? 1 : 0;
    }
    if (folders > 0)
        text += ", " + std::to_string(folders) + (folders == 1 ? " folder" : " folders");
    if (unsized > 0)
        text += " (" + std::to_string(unsized) + " of unknown size)";
    return text;
}

std::string first_sentence(const std::string& comment) {
    const std::string line = comment.substr(0, comment.find('\n'));
    return line.substr(std::min(line.find_first_not_of("# "), line.size()));
}

std::string table_of(Protocol protocol) {
    std::string table = "| dialogue | server, source | result |\n|---|---|---|\n";
    for (const Dialogue& dialogue : all_dialogues(protocol)) {
        std::string results;
        for (const Round& round : dialogue.rounds) {
            const std::string result = result_of(round);
            if (!results.ends_with(result))
                results += (results.empty() ? "" : "; then ") + result;
        }
        table += "| `" + dialogue.name + "` | " + in_cell(first_sentence(dialogue.comment)) + " | " + in_cell(results) +
                 " |\n";
    }
    return table;
}

} // namespace

TEST_CASE("the table of the dialogues is that of the files", "[golden]") {
    const std::string text = read_file(kFile);
    const std::size_t at = text.find(kGenerated);
    REQUIRE(at != std::string::npos);
    const std::string generated =
        kGenerated + "\n\n" + table_of(Protocol::imap) + "\n## Every dialogue for POP3\n\n" + table_of(Protocol::pop3);
    if (std::getenv("MAILQUOTAD_UPDATE_GOLDEN") != nullptr)
        std::ofstream(kFile) << text.substr(0, at) << generated;
    else
        CHECK(text.substr(at) == generated);
}

TEST_CASE("every dialogue that stands for a shape exists, and no shape of a limit is without one") {
    const std::string text = read_file(kFile);
    const std::string shapes = text.substr(0, text.find(kGenerated));
    const auto dialogues = all_dialogues(Protocol::imap);
    const std::regex name("`([a-z0-9.-]+)`");
    std::vector<std::string> named;
    for (auto found = std::sregex_iterator(shapes.begin(), shapes.end(), name); found != std::sregex_iterator();
         ++found)
        named.push_back((*found)[1]);
    const auto exists = [&](const std::string& wanted) {
        return std::any_of(dialogues.begin(), dialogues.end(), [&](const auto& one) { return one.name == wanted; });
    };
    for (const std::string& one : named) {
        INFO("dialogue " << one);
        CHECK(exists(one));
    }
    for (const Dialogue& dialogue : dialogues) {
        INFO("dialogue " << dialogue.name);
        CHECK((!dialogue.name.starts_with("quota-") || std::count(named.begin(), named.end(), dialogue.name) > 0));
    }
}
