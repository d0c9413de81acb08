#include "catch.h"

#include "text/catalog.h"

#include <filesystem>
#include <fstream>
#include <string>
#include <unistd.h>

using namespace mailquotad;
using text::Catalog;
using text::CatalogError;
using text::Fields;
using text::Value;
namespace fs = std::filesystem;

namespace {

// A folder of messages that goes away with the test.
class Messages {
public:
    Messages() : folder_(fs::temp_directory_path() / ("mailquotad-messages-" + std::to_string(::getpid()))) {
        fs::remove_all(folder_);
        put("en/words.toml", "greeting = \"Hello\"\n");
    }
    ~Messages() { fs::remove_all(folder_); }
    Messages(const Messages&) = delete;
    Messages& operator=(const Messages&) = delete;

    void put(const std::string& name, const std::string& content) const {
        fs::create_directories((folder_ / name).parent_path());
        std::ofstream(folder_ / name, std::ios::binary) << content;
    }
    [[nodiscard]] Catalog read() const { return Catalog(folder_); }
    [[nodiscard]] std::string refusal() const {
        try {
            static_cast<void>(read());
        } catch (const CatalogError& error) {
            return error.what();
        }
        return "no refusal";
    }
    [[nodiscard]] std::string rendered(const std::string& source, const Fields& fields,
                                       const std::string& name = "t.txt") const {
        put("en/" + name, source);
        return read().render("en", name, fields);
    }

private:
    fs::path folder_;
};

} // namespace

TEST_CASE("a template is filled with texts, flags and lists", "[text]") {
    const Messages messages;
    const Fields fields = {{"who", Value{"Kim"}},
                           {"yes", Value{true}},
                           {"no", Value{false}},
                           {"list", Value{std::vector<Fields>{{{"x", Value{"1"}}}, {{"x", Value{"2"}}}}}}};
    CHECK(messages.rendered("{{who}}{{#yes}} y{{/yes}}{{#no}} n{{/no}}{{^no}} not{{/no}}{{#list}} {{x}}{{/list}}",
                            fields) == "Kim y not 1 2");
}

TEST_CASE("a line of section tags leaves no line, shown or not", "[text]") {
    const Messages messages;
    const std::string source = "a\n{{#s}}\nb\n{{/s}}\n{{^s}}{{! a remark }}\nn\n{{/s}}\n\nc\n";
    CHECK(messages.rendered(source, {{"s", Value{true}}}) == "a\nb\n\nc\n");
    CHECK(messages.rendered(source, {{"s", Value{false}}}) == "a\nn\n\nc\n");
}

TEST_CASE("an empty line behind a section stays, shown or not", "[text]") {
    const Messages messages;
    const std::string source = "{{#s}}\nb\n\n{{/s}}\n\nc {{#s}}d{{/s}}\n{{#s}}e{{/s}}\nf";
    CHECK(messages.rendered(source, {{"s", Value{true}}}) == "b\n\n\nc d\ne\nf");
    CHECK(messages.rendered(source, {{"s", Value{false}}}) == "\nc \n\nf");
}

TEST_CASE("blanks and line ends in values stay as they are", "[text]") {
    const Messages messages;
    CHECK(messages.rendered("[{{t}}]", {{"t", Value{"a\n b\x1e"}}}) == "[a\n b]");
    CHECK(messages.rendered("  a\r\n  b", {}) == "  a\r\n  b");
}

TEST_CASE("an empty text counts as off", "[text]") {
    const Messages messages;
    CHECK(messages.rendered("[{{t}}{{#t}}on{{/t}}{{^t}}off{{/t}}]", {{"t", Value{""}}}) == "[off]");
}

TEST_CASE("text templates escape nothing and HTML templates everything", "[text]") {
    const Messages messages;
    const Fields fields = {{"name", Value{"<b> & \"x\" 'y' \x1b"}}};
    CHECK(messages.rendered("{{name}}", fields) == "<b> & \"x\" 'y' \x1b");
    const std::string html = messages.rendered("{{name}}", fields, "t.html");
    CHECK(html.find('<') == std::string::npos);
    CHECK(html.find('"') == std::string::npos);
    CHECK(html.find('\x1b') == std::string::npos);
}

TEST_CASE("a field that nobody gave is an error and not a hole in the text", "[text]") {
    const Messages messages;
    CHECK_THROWS_WITH(messages.rendered("now {{percent}} full", {}), ContainsSubstring("unknown field {{percent}}"));
    CHECK_THROWS_WITH(messages.rendered("{{#maybe}}x{{/maybe}}", {}), ContainsSubstring("{{maybe}}"));
    CHECK_THROWS_WITH(messages.rendered("{{^maybe}}x{{/maybe}}", {}), ContainsSubstring("{{maybe}}"));
}

TEST_CASE("a broken template is refused with file and line", "[text]") {
    const std::pair<std::string, std::string> rows[] = {
        {"one\n{{#a}}\n", "t.html:2: {{#a}} is never closed"},
        {"one\ntwo {{/a}}", "t.html:2: {{/a}} closes a section"},
        {"{{#a}}{{#b}}{{/a}}{{/b}}", "t.html:1: {{/a}} closes a section"},
        {"one\n\n{{a", "t.html:3: {{ without }}"},
        {"{{}}", "t.html:1: an empty tag"},
        {"{{{a}}}", "t.html:1: unescaped"},
        {"x\n{{&a}}", "t.html:2: unescaped"},
        {"{{> other}}", "t.html:1: partials"},
        {"{{=<% %>=}}", "t.html:1: partials and other delimiters"},
        {"\xff", "t.html: is not UTF-8"},
    };
    for (const auto& [source, refusal] : rows) {
        const Messages messages;
        messages.put("en/t.html", source);
        CHECK_THAT(messages.refusal(), ContainsSubstring(refusal));
    }
}

TEST_CASE("broken words are refused with file and line", "[text]") {
    const Messages messages;
    messages.put("de/words.toml", "a = \"x\"\nb = 3\n");
    CHECK_THAT(messages.refusal(), ContainsSubstring("words.toml:2: b is not a text"));
    messages.put("de/words.toml", "a = \"x\"\n\nb = \n");
    CHECK_THAT(messages.refusal(), ContainsSubstring("words.toml:3"));
}

TEST_CASE("a folder without English or no folder at all is refused by name", "[text]") {
    CHECK_THROWS_WITH(Catalog("/nowhere/messages"), ContainsSubstring("/nowhere/messages"));
    const Messages messages;
    fs::path folder = fs::temp_directory_path() / ("mailquotad-empty-" + std::to_string(::getpid()));
    fs::create_directories(folder);
    CHECK_THROWS_WITH(Catalog(folder), ContainsSubstring("has no folder \"en\""));
    fs::remove_all(folder);
}

TEST_CASE("words are found by dotted key and fall back to English", "[text]") {
    const Messages messages;
    messages.put("en/words.toml", "greeting = \"Hello\"\n[role]\ninbox = \"Inbox\"\ntrash = \"Trash\"\n");
    messages.put("de/words.toml", "[role]\ninbox = \"Posteingang\"\n");
    const Catalog catalog = messages.read();
    CHECK(catalog.word("de", "role.inbox") == "Posteingang");
    CHECK(catalog.word("de", "role.trash") == "Trash");
    CHECK(catalog.word("cs", "greeting") == "Hello");
    CHECK_THROWS_WITH(catalog.word("de", "role.none"), ContainsSubstring("role.none"));
}

TEST_CASE("all files of words are one dictionary in which no key is said twice", "[text]") {
    const Messages messages;
    messages.put("en/page.toml", "[page]\ntitle = \"Mailboxes\"\n");
    CHECK(messages.read().word("en", "page.title") == "Mailboxes");
    CHECK(messages.read().word("en", "greeting") == "Hello");
    messages.put("en/more.toml", "greeting = \"Hi\"\n");
    CHECK_THAT(messages.refusal(), ContainsSubstring("greeting is in another file too"));
}

TEST_CASE("an unknown language is rendered in English and an unknown template is an error", "[text]") {
    const Messages messages;
    messages.put("en/t.txt", "hi");
    const Catalog catalog = messages.read();
    CHECK(catalog.render("cs", "t.txt", {}) == "hi");
    CHECK_FALSE(catalog.has("cs"));
    CHECK_THROWS_AS(catalog.render("en", "u.txt", {}), CatalogError);
}

TEST_CASE("gaps name every text that one language has and another lacks", "[text]") {
    const Messages messages;
    messages.put("de/words.toml", "hallo = \"Hallo\"\n");
    messages.put("de/t.txt", "t");
    CHECK(messages.read().gaps() ==
          std::vector<std::string>{"en: no template t.txt", "de: no word greeting", "en: no word hallo"});
}

TEST_CASE("files beside the texts are left alone", "[text]") {
    const Messages messages;
    messages.put("README.md", "{{");
    messages.put("en/.hidden.txt", "{{");
    messages.put("en/notes.md", "{{");
    CHECK(messages.read().templates("en").empty());
}

TEST_CASE("the fields of a template are known without rendering it", "[text]") {
    const Messages messages;
    messages.put("en/t.txt", "{{a}}{{#b}}{{ c }}{{/b}}{{! a comment }}");
    CHECK(messages.read().fields_of("en", "t.txt") == std::set<std::string>{"a", "b", "c"});
}
