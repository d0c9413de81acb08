#include "catch.h"

#include "notice_examples.h"
#include "notify/notice_fields.h"
#include "notify/plain_words.h"

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <set>
#include <sstream>

using namespace mailquotad;
using namespace mailquotad::notify_test;
using notify::Message;
using notify::NoticeFacts;

namespace {

std::string lower(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return text;
}

using Traces = std::vector<std::string>;

// What a mail program would make a link of, or fetch; in HTML also the elements that may be one.
Traces links_in(const std::string& text, const Traces& elements = {}) {
    Traces traces = {"http", "www.", "href", "src=", "url(", "@import", "mailto:", "ftp:", "://"};
    traces.insert(traces.end(), elements.begin(), elements.end());
    Traces found;
    for (const std::string& trace : traces) {
        if (lower(text).find(trace) != std::string::npos) {
            found.push_back(trace);
        }
    }
    return found;
}

// "1.234", "83", "0,98": all numbers in the order of reading. HTML counts the entries of a list by itself.
std::vector<std::string> numbers_in(std::string text) {
    static const std::regex kNumber("[0-9]+([.,][0-9]+)*");
    static const std::regex kMarker("(^|\n)[0-9]+[.] ");
    text = std::regex_replace(text, kMarker, "$1");
    std::vector<std::string> numbers;
    for (std::sregex_iterator match(text.begin(), text.end(), kNumber), end; match != end; ++match) {
        numbers.push_back(match->str());
    }
    return numbers;
}

std::string header(const Message& message, const std::string& name) {
    for (const auto& [key, text] : message.extra_headers) {
        if (key == name) {
            return text;
        }
    }
    return "";
}

void collect_names(const text::Fields& fields, std::set<std::string>& names) {
    for (const auto& [name, value] : fields) {
        names.insert(name);
        if (const auto* list = std::get_if<std::vector<text::Fields>>(&value.content)) {
            for (const text::Fields& item : *list) {
                collect_names(item, names);
            }
        }
    }
}

const Traces kElements = {"<a ", "<a>", "<img", "<form", "<button", "<input", "<script", "<iframe", "<link", "<object"};

bool is_mail_template(const std::string& name) {
    return name.starts_with("notice") || name.starts_with("call") || name == "mail.html" || name == "level.txt";
}

} // namespace

TEST_CASE("no language lacks a text that another has", "[notify][texts]") {
    CHECK(shipped_catalog().gaps() == std::vector<std::string>{});
    CHECK(shipped_catalog().languages() == std::vector<std::string>{"de", "en"});
}

TEST_CASE("no template of a mail uses a field that does not exist", "[notify][texts]") {
    const text::Catalog catalog = shipped_catalog();
    std::set<std::string> known = {"intro", "sections", "heading", "underline", "lines", "line", "closing"};
    for (const Example& example : examples("de"))
        collect_names(notify::notice_fields(example.facts, catalog), known);
    for (const std::string& language : catalog.languages()) {
        for (const std::string& name : catalog.templates(language)) {
            if (!is_mail_template(name)) {
                continue;
            }
            for (const std::string& field : catalog.fields_of(language, name)) {
                INFO(language << "/" << name << " uses {{" << field << "}}");
                CHECK(known.contains(field));
            }
        }
    }
}

TEST_CASE("the mail says the same numbers in the same order as text and as HTML", "[notify]") {
    const text::Catalog catalog = shipped_catalog();
    for (const std::string& language : catalog.languages()) {
        for (const Example& example : examples(language)) {
            INFO(language << " " << example.name);
            const Message notice = notify::compose_notice(example.facts, catalog);
            CHECK(numbers_in(notice.text) == numbers_in(visible_text(notice.html)));
            const Message call = notify::compose_call_request(example.facts, catalog);
            std::vector<std::string> visible = numbers_in(visible_text(call.html));
            CHECK(numbers_in(call.text) == visible);
        }
    }
}

TEST_CASE("no mail and no template of a mail holds a link or an image", "[notify]") {
    const text::Catalog catalog = shipped_catalog();
    for (const std::string& language : catalog.languages()) {
        for (const Example& example : examples(language)) {
            for (const Message& message : {notify::compose_notice(example.facts, catalog),
                                           notify::compose_call_request(example.facts, catalog)}) {
                INFO(language << " " << example.name << "\n" << message.text);
                CHECK(links_in(message.subject + "\n" + message.text) == Traces{});
                CHECK(links_in(message.html, kElements) == Traces{});
            }
        }
    }
}

TEST_CASE("no template of a mail holds what could be a link in any of its branches", "[notify][texts]") {
    namespace fs = std::filesystem;
    int seen = 0;
    for (const fs::directory_entry& entry : fs::recursive_directory_iterator(SOURCE_FOLDER "/config/messages")) {
        if (!is_mail_template(entry.path().filename().string())) {
            continue;
        }
        std::ifstream in(entry.path());
        const std::string source{std::istreambuf_iterator<char>(in), {}};
        INFO(entry.path());
        CHECK(links_in(source, kElements) == Traces{});
        ++seen;
    }
    CHECK(seen >= 8);
}

TEST_CASE("no mail shouts, and none has a hole in it", "[notify]") {
    const text::Catalog catalog = shipped_catalog();
    for (const std::string& language : catalog.languages()) {
        for (const Example& example : examples(language)) {
            const Message message = notify::compose_notice(example.facts, catalog);
            INFO(language << " " << example.name << "\n" << message.text);
            CHECK(message.text.find('!') == std::string::npos);
            CHECK(message.subject.find('!') == std::string::npos);
            CHECK_FALSE(std::regex_search(message.text, std::regex("[A-ZÄÖÜ]{5,}")));
            CHECK_FALSE(std::regex_search(message.text, std::regex("[^\n ]  +[^ ]|[ ][.,:;]|: *\\.|\n\n\n|\\( *\\)")));
            CHECK(message.text.find("{{") == std::string::npos);
        }
    }
}

TEST_CASE("plain text has no line beyond 72 characters", "[notify]") {
    const text::Catalog catalog = shipped_catalog();
    for (const std::string& language : catalog.languages()) {
        for (const Example& example : examples(language)) {
            std::istringstream lines(notify::compose_notice(example.facts, catalog).text);
            for (std::string line; std::getline(lines, line);) {
                INFO(line);
                CHECK(std::count_if(line.begin(), line.end(), [](char c) { return (c & 0xC0) != 0x80; }) <= 72);
            }
        }
    }
}

TEST_CASE("the subject names mailbox and level, nothing else", "[notify]") {
    const text::Catalog catalog = shipped_catalog();
    NoticeFacts facts = ordinary_facts();
    CHECK(notify::compose_notice(facts, catalog).subject == "[Postfach kim.muster] 83 % belegt");
    facts.language = "en";
    CHECK(notify::compose_notice(facts, catalog).subject == "[Mailbox kim.muster] 83% full");
    facts.test = true;
    CHECK(notify::compose_notice(facts, catalog).subject == "[Test] [Mailbox kim.muster] 83% full");
    CHECK(notify::compose_call_request(facts, catalog).subject == "[Mailbox kim.muster] 83% full, please call");
}

TEST_CASE("a mail says by its headers that a program wrote it", "[notify]") {
    const Message message = notify::compose_notice(ordinary_facts(), shipped_catalog());
    CHECK(header(message, "Auto-Submitted") == "auto-generated");
    CHECK(header(message, "X-Auto-Response-Suppress") == "All");
    CHECK(header(message, "List-Id") == "Postfach-Hinweise <quota.verein.example>");
    CHECK(header(message, "X-Mailquotad-Stage") == "warning");
    CHECK(header(message, "X-Mailquotad-Mailbox") == "kim");
    CHECK(header(message, "X-Mailquotad-Episode") == "4");
    CHECK(header(message, "Precedence").empty());
    CHECK(message.language == "de");
    CHECK(message.in_reply_to.empty());
    CHECK(message.references.empty());
}

TEST_CASE("only a full mailbox is marked as important", "[notify]") {
    const text::Catalog catalog = shipped_catalog();
    for (const Example& example : examples("de")) {
        const Message message = notify::compose_notice(example.facts, catalog);
        const bool full = example.facts.notification.stage == Stage::full;
        CHECK(header(message, "Importance") == (full ? "high" : ""));
        CHECK(header(message, "X-Priority") == (full ? "1" : ""));
    }
}

TEST_CASE("mails of one episode are one thread", "[notify]") {
    NoticeFacts facts = ordinary_facts();
    facts.first_message_id = "first@verein.example";
    facts.last_message_id = "last@verein.example";
    Message message = notify::compose_notice(facts, shipped_catalog());
    CHECK(message.in_reply_to == "first@verein.example");
    CHECK(message.references == std::vector<std::string>{"first@verein.example", "last@verein.example"});
    facts.last_message_id = facts.first_message_id;
    message = notify::compose_notice(facts, shipped_catalog());
    CHECK(message.references == std::vector<std::string>{"first@verein.example"});
}

TEST_CASE("a language that is not there is answered in English and says so", "[notify]") {
    NoticeFacts facts = ordinary_facts();
    facts.language = "cs";
    const Message message = notify::compose_notice(facts, shipped_catalog());
    CHECK(message.language == "en");
    CHECK_THAT(message.html, ContainsSubstring("<html lang=\"en\">"));
    CHECK_THAT(message.text, ContainsSubstring("Hello Kim"));
    CHECK_THAT(message.text, ContainsSubstring("21 November 2026"));
}

TEST_CASE("without a forecast no date is promised", "[notify]") {
    NoticeFacts facts = ordinary_facts();
    facts.forecast.reset();
    const std::string text = notify::compose_notice(facts, shipped_catalog()).text;
    CHECK(text.find("voraussichtlich") == std::string::npos);
    CHECK(text.find("Dezember") == std::string::npos);
}

TEST_CASE("a near forecast is told as a range of days", "[notify]") {
    NoticeFacts facts = ordinary_facts();
    facts.forecast =
        Forecast{.growth_bytes_per_day = 1, .full_in_days = {.p10 = 12.4, .p25 = 13, .p50 = 13, .p90 = 13.9}};
    CHECK_THAT(notify::compose_notice(facts, shipped_catalog()).text, ContainsSubstring("zwischen dem 3. Dezember"));
}

TEST_CASE("a mail without a sender in the settings still names somebody", "[notify]") {
    NoticeFacts facts = ordinary_facts();
    facts.from.clear();
    const Message message = notify::compose_notice(facts, shipped_catalog());
    CHECK_THAT(message.text, ContainsSubstring("die Betreuung des Postfachs"));
    CHECK(header(message, "List-Id").empty());
}

TEST_CASE("folders whose size nobody told are named by their messages", "[notify]") {
    NoticeFacts facts = ordinary_facts();
    for (Folder& folder : facts.snapshot.folders) {
        folder.size_bytes.reset();
    }
    const std::string text = notify::compose_notice(facts, shipped_catalog()).text;
    CHECK_THAT(text, ContainsSubstring("- Papierkorb: 1.234 Mails\n- Posteingang: 812 Mails\n- Gesendet: 340 Mails\n"));
    CHECK_THAT(text, ContainsSubstring("Den Ordner Papierkorb leeren. Darin liegen 1.234 Mails."));
    facts.snapshot.folders.clear();
    CHECK(notify::compose_notice(facts, shipped_catalog()).text.find("Was im Postfach liegt") == std::string::npos);
}

TEST_CASE("folders of the same role are told apart by their names", "[notify]") {
    NoticeFacts facts = ordinary_facts();
    facts.snapshot.folders.push_back(
        {.name = "Deleted Items", .role = FolderRole::trash, .messages = 3, .size_bytes = 40 << 20});
    const std::string text = notify::compose_notice(facts, shipped_catalog()).text;
    CHECK_THAT(text, ContainsSubstring("Papierkorb (Deleted Items): 40 MB"));
    CHECK_THAT(text, ContainsSubstring("Papierkorb (Trash)"));
}

TEST_CASE("a call request tells nothing of the folders", "[notify]") {
    const text::Catalog catalog = shipped_catalog();
    for (const std::string& language : catalog.languages()) {
        for (const Example& example : examples(language)) {
            const Message message = notify::compose_call_request(example.facts, catalog);
            for (const Folder& folder : example.facts.snapshot.folders) {
                CHECK(message.text.find(folder.name) == std::string::npos);
            }
            CHECK_THAT(message.text, ContainsSubstring("kim.muster@verein.example"));
        }
    }
}
