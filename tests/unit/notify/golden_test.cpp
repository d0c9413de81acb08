// Golden files of all mails in tests/golden/mail. To write them anew after a change of texts:
//     MAILQUOTAD_UPDATE_GOLDEN=1 build/unit_notify "[golden]"
// and read the difference before it is committed.
#include "catch.h"

#include "notice_examples.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>

using namespace mailquotad;
using namespace mailquotad::notify_test;
namespace fs = std::filesystem;

namespace {

const fs::path kFolder = SOURCE_FOLDER "/tests/golden/mail";

bool updating() {
    return std::getenv("MAILQUOTAD_UPDATE_GOLDEN") != nullptr;
}

void compare(const std::string& name, const std::string& content, std::set<std::string>& seen) {
    seen.insert(name);
    const fs::path file = kFolder / name;
    if (updating()) {
        std::ofstream(file, std::ios::binary) << content;
    }
    std::ifstream in(file, std::ios::binary);
    INFO(name);
    REQUIRE(in.is_open());
    const std::string expected{std::istreambuf_iterator<char>(in), {}};
    CHECK(content == expected);
}

void compare(const std::string& name, const notify::Message& message, std::set<std::string>& seen) {
    compare(name + ".txt", "Subject: " + message.subject + "\n\n" + message.text, seen);
    compare(name + ".html", message.html, seen);
    // Without CR, so that the files can be read and compared as text.
    std::string mail = notify::to_rfc5322(message);
    std::erase(mail, '\r');
    compare(name + ".eml", mail, seen);
}

} // namespace

TEST_CASE("every mail is what its golden file says", "[notify][golden]") {
    const text::Catalog catalog = shipped_catalog();
    std::set<std::string> seen;
    for (const std::string& language : catalog.languages()) {
        for (const Example& example : examples(language)) {
            compare(language + "-" + example.name, notify::compose_notice(example.facts, catalog), seen);
            if (example.name == "full") {
                notify::NoticeFacts facts = example.facts;
                facts.to = {"webmaster@verein.example"};
                compare(language + "-call", notify::compose_call_request(facts, catalog), seen);
            }
        }
    }
    for (const fs::directory_entry& entry : fs::directory_iterator(kFolder)) {
        INFO(entry.path().filename() << " belongs to no mail");
        CHECK(seen.contains(entry.path().filename().string()));
    }
}
