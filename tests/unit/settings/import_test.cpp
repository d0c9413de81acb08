// Lists of mailboxes with passwords, taken over once.
#include "settings/import.h"

#include "catch.h"
#include "temporary_folder.h"

using namespace mailquotad;
using namespace mailquotad::settings;

namespace {

std::string text_of(const std::vector<Problem>& problems) {
    std::string text;
    for (const Problem& problem : problems)
        text += to_string(problem) + '\n';
    return text;
}

} // namespace

TEST_CASE("a list with passwords is read row by row, and a broken line stops no other") {
    const auto list = read_import("address;password;owner_name;server\n"
                                  "kim@verein.example;pw one;Kim;\n"
                                  "too;short\n"
                                  ";pw;nobody;\n"
                                  "uli@verein.example;\"p;w\"\"2\";Uli;b\n",
                                  "list.csv");
    REQUIRE(list.rows.size() == 2);
    CHECK(list.holds_passwords);
    CHECK(list.rows[0].address == "kim@verein.example");
    CHECK(list.rows[0].server.empty());
    CHECK(list.rows[0].password.reveal() == "pw one");
    CHECK(list.rows[1].server == "b");
    CHECK(list.rows[1].password.reveal() == "p;w\"2");
    CHECK(text_of(list.problems) == "list.csv:3:1: has 2 fields, but the first line names 4 columns\n"
                                    "list.csv:4:1: address: is missing\n");
}

TEST_CASE("a list without a column for the address, or with an unknown one, is refused as a whole") {
    CHECK(text_of(read_import("adress,password\nkim@verein.example,pw\n", "l").problems)
              .find("did you mean \"address\"?") != std::string::npos);
    CHECK(text_of(read_import("address\n", "l").problems).find("holds no mailbox") != std::string::npos);
}

TEST_CASE("a row with a password and a credential is refused without repeating either") {
    const auto list = read_import("address,credential,password\nkim@verein.example,kim,geheim\n", "l");
    CHECK(list.rows.empty());
    CHECK(text_of(list.problems) == "l:2:24: password: and credential exclude each other\n");
}

TEST_CASE("a row becomes the mailbox that its columns describe, at the server that was found for it") {
    const DataForTests data;
    const auto settings = load_text("[server.a]\nimap = \"imaps://h\"\n[[mailbox]]\naddress = \"x@verein.example\"\n"
                                    "server = \"a\"\npassword = { credential = \"x\" }\n",
                                    "s", data.directories());
    REQUIRE(settings.settings);
    const auto list = read_import("address,owner_mail,limit,slug\n"
                                  "kim@verein.example,kim@privat.example,500MiB,kim\n"
                                  "uli@verein.example,not an address,half,uli\n",
                                  "list.csv");
    REQUIRE(list.rows.size() == 2);
    const SecretReference secret{.form = SecretReference::Form::credential, .value = "kim", .command = {}};
    std::vector<Problem> problems;
    const auto kim =
        mailbox_of_row(list.rows[0], "a", secret, *settings.settings, data.directories(), "list.csv", problems);
    CHECK(text_of(problems) == "");
    REQUIRE(kim);
    CHECK(kim->server == "a");
    CHECK(kim->password == secret);
    CHECK(kim->limit == ByteSize{500LL << 20});
    CHECK(kim->slug == "kim");
    CHECK(kim->owner.mail == std::vector<std::string>{"kim@privat.example"});
    CHECK_FALSE(
        mailbox_of_row(list.rows[1], "a", secret, *settings.settings, data.directories(), "list.csv", problems));
    CHECK(text_of(problems).find("list.csv:3:35: limit: is \"half\"") != std::string::npos);
    CHECK(text_of(problems).find("list.csv:3:20: owner_mail: ") != std::string::npos);
}
