// Setups played with a scripted person: what is asked, tried, written, and what is not.
#include "catch.h"

#include "setup_world.h"

#include <sys/stat.h>

namespace mailquotad::app {
namespace {

/// The answers about the owner, all left empty.
std::vector<std::string> with_owner(std::vector<std::string> answers, const std::vector<std::string>& more = {}) {
    for (const char* answer :
         {"Name of the owner => Kim", "second address => kim@privat.example", "program => thunderbird"})
        answers.emplace_back(answer);
    answers.insert(answers.end(), more.begin(), more.end());
    return answers;
}

} // namespace

TEST_CASE("the first run writes a whole settings file and a credential that no other user can read") {
    SetupStage stage;
    CHECK(stage.run(with_owner({"Address => kim@verein.example", "Password of kim@verein.example => right"},
                               {"write mails => n", "Write it => "})) == 0);
    INFO(stage.said + stage.error);
    CHECK(stage.unexpected.empty());
    CHECK_THAT(stage.file(), ContainsSubstring("language = \"en\"\ntimezone = \"Europe/Berlin\"\n\n[server.verein]\n"
                                               "imap = \"imaps://imap.verein.example\"\n\n[[mailbox]]\n"
                                               "address = \"kim@verein.example\"\nserver = \"verein\"\n"
                                               "password = { credential = \"kim@verein.example\" }\n"
                                               "owner = { name = \"Kim\", mail = [\"kim@privat.example\"], "
                                               "client = \"thunderbird\" }\n"));
    CHECK(settings::load(stage.options.common.config, settings::data_directories()).settings);
    CHECK(stage.credential("kim@verein.example") == "right\n");
    struct stat status {};
    REQUIRE(::stat((stage.folder.path() / "credentials" / "kim@verein.example").c_str(), &status) == 0);
    CHECK((status.st_mode & 07U) == 0);
    CHECK_THAT(stage.said, ContainsSubstring("60.0 %"));
    CHECK(stage.all_words().find("right\n") == std::string::npos);
    CHECK_THAT(stage.said, ContainsSubstring("systemctl enable --now mailquotad"));
}

TEST_CASE("a second mailbox is one line of options: the server is known, comments stay, a copy is kept") {
    SetupStage stage;
    stage.write_settings(kKim);
    const std::string before = stage.file();
    stage.options.address = "uli@verein.example";
    stage.options.password_file = stage.folder.write("pw", "pw uli\n").string();
    stage.options.yes = true;
    CHECK(stage.run({}, false) == 0);
    INFO(stage.said + stage.error);
    CHECK(stage.file() == before + "\n[[mailbox]]\naddress = \"uli@verein.example\"\nserver = \"club\"\n"
                                   "password = { credential = \"uli@verein.example\" }\n");
    CHECK(settings::read_text_file(stage.options.common.config + ".bak") == before);
    CHECK(stage.credential("uli@verein.example") == "pw uli\n");
    CHECK(stage.names.asked.empty());
    CHECK_THAT(stage.said, ContainsSubstring("systemctl reload mailquotad"));
}

TEST_CASE("after three wrong passwords the server is left in peace and nothing is written") {
    SetupStage stage;
    CHECK(stage.run({"Address => kim@verein.example", "Password => one", "Login => ", "Password => two", "Login => ",
                     "Password => three", "Password => right"}) == -1);
    CHECK(stage.answers_left == 1);
    CHECK(stage.server.logins() == 3);
    CHECK(stage.file() == "(none)");
    CHECK(stage.error == "Nothing was written.");
    CHECK_THAT(stage.said, ContainsSubstring("after an hour"));
}

TEST_CASE("after a refusal another login may be typed, and is the one that is kept") {
    SetupStage stage;
    stage.server.set("web1", {.password = "right", .used_kib = 10, .limit_kib = 100});
    CHECK(stage.run(with_owner(
              {"Address => kim@verein.example", "Password => wrong", "Login => web1", "Password of web1 => right"},
              {"write mails => n", "Write it => y"})) == 0);
    CHECK(stage.unexpected.empty());
    CHECK_THAT(stage.file(), ContainsSubstring("username = \"web1\""));
}

TEST_CASE("a wrong password from a file is tried once") {
    SetupStage stage;
    stage.write_settings(kKim);
    stage.options.address = "uli@verein.example";
    stage.options.password_file = stage.folder.write("pw", "wrong\n").string();
    stage.options.yes = true;
    CHECK(stage.run({}) == -1);
    CHECK(stage.server.logins() == 1);
    CHECK_FALSE(std::filesystem::exists(stage.folder.path() / "credentials"));
}

TEST_CASE("an address that is none is asked for again, and nobody who answers writes nothing") {
    SetupStage stage;
    CHECK(stage.run({"Address => kim", "Address => kim@verein.example"}) == -1);
    CHECK_THAT(stage.said, ContainsSubstring("\"kim\" is no mail address"));
    CHECK(stage.error == "Ended without an answer: nothing was written.");
    CHECK(stage.file() == "(none)");
}

TEST_CASE("a dry run tries the login, prints the tables and writes nothing") {
    SetupStage stage;
    stage.options.address = "kim@verein.example";
    stage.options.password_file = stage.folder.write("pw", "right\n").string();
    stage.options.yes = stage.options.dry_run = true;
    CHECK(stage.run({}) == 0);
    CHECK_THAT(stage.printed, ContainsSubstring("[[mailbox]]\naddress = \"kim@verein.example\""));
    CHECK(stage.file() == "(none)");
    CHECK(stage.server.logins() == 1);
    CHECK_FALSE(std::filesystem::exists(stage.folder.path() / "credentials"));
}

TEST_CASE("a changed password takes the place of the old one once it has worked") {
    SetupStage stage;
    stage.write_settings(kKim);
    stage.folder.write("credentials/kim", "old\n");
    const std::string before = stage.file();
    stage.options.address = "kim@verein.example";
    stage.options.password_file = stage.folder.write("pw", "wrong\n").string();
    stage.options.yes = true;
    CHECK(stage.run({}) == -1);
    CHECK(stage.credential("kim") == "old\n");
    stage.folder.write("pw", "right\n");
    CHECK(stage.run({}) == 0);
    CHECK(stage.credential("kim") == "right\n");
    CHECK(stage.file() == before);
}

TEST_CASE("a mailbox may be entered without a password, for its owner to type") {
    SetupStage stage;
    stage.write_settings(kKim);
    stage.options.address = "uli@verein.example";
    stage.options.yes = stage.options.later = true;
    CHECK(stage.run({}) == 0);
    CHECK(stage.server.logins() == 0);
    CHECK_THAT(stage.file(), ContainsSubstring("address = \"uli@verein.example\""));
    CHECK(stage.credential("uli@verein.example") == "(none)");
    CHECK_THAT(stage.said, ContainsSubstring("mailquotad setup --owner --address uli@verein.example"));
}

TEST_CASE("a password by a program is referred to, not stored") {
    SetupStage stage;
    stage.write_settings(kKim);
    stage.options.address = "uli@verein.example";
    stage.options.password_command = {"printf", "pw uli"};
    stage.options.yes = true;
    CHECK(stage.run({}) == 0);
    CHECK_THAT(stage.file(), ContainsSubstring("password = { command = [\"printf\", \"pw uli\"] }"));
    CHECK_FALSE(std::filesystem::exists(stage.folder.path() / "credentials"));
}

TEST_CASE("a password can be kept encrypted by the machine, and a renewed one stays so") {
    SetupStage stage;
    stage.write_settings(kKim);
    stage.folder.write("bin/systemd-creds", "#!/bin/sh\ntr a-z n-za-m\n", std::filesystem::perms(0755));
    const std::string path = std::getenv("PATH") == nullptr ? "" : std::getenv("PATH");
    ::setenv("PATH", ((stage.folder.path() / "bin").string() + ":" + path).c_str(), 1);
    stage.credentials = stage.folder.path() / "mailquotad" / "credentials";
    const auto kept = stage.folder.path() / "credstore.encrypted" / "uli@verein.example";
    stage.options.address = "uli@verein.example";
    stage.options.password_file = stage.folder.write("pw", "pw uli\n").string();
    stage.options.yes = stage.options.encrypt = true;
    CHECK(stage.run({}) == 0);
    INFO(stage.said + stage.error);
    CHECK(settings::read_text_file(kept) == "cj hyv");
    CHECK_THAT(stage.said, ContainsSubstring("systemctl restart mailquotad"));
    CHECK_FALSE(std::filesystem::exists(stage.credentials));
    stage.server.set("uli@verein.example", {.password = "neu", .used_kib = 1, .limit_kib = 100});
    stage.folder.write("pw", "neu\n");
    stage.options.encrypt = false;
    CHECK(stage.run({}) == 0);
    CHECK(settings::read_text_file(kept) == "arh");
    CHECK_FALSE(std::filesystem::exists(stage.credentials));
    ::setenv("PATH", path.c_str(), 1);
}

TEST_CASE("mailboxes of a master user need no password and say none") {
    SetupStage stage;
    stage.folder.write("credentials/master", "of all\n");
    stage.write_settings("username = \"{address}*master\"\npassword = { credential = \"master\" }\n"
                         "[[mailbox]]\naddress = \"kim@verein.example\"\nserver = \"club\"\n");
    stage.server.set("uli@verein.example*master", {.password = "of all", .used_kib = 10, .limit_kib = 100});
    stage.options.address = "uli@verein.example";
    stage.options.yes = true;
    CHECK(stage.run({}) == 0);
    INFO(stage.said + stage.error);
    CHECK_THAT(stage.file(),
               ContainsSubstring("\n\n[[mailbox]]\naddress = \"uli@verein.example\"\nserver = \"club\"\n"));
    CHECK(stage.file().ends_with("server = \"club\"\n"));
}

TEST_CASE("the way out for mail can be added to settings that have none") {
    SetupStage stage;
    stage.write_settings(kKim);
    const std::string before = stage.file();
    stage.network.failures["localhost"] = FailureKind::connect;
    stage.options.smtp = "smtps://localhost";
    stage.options.from = "webmaster@verein.example";
    stage.options.smtp_password_file = stage.folder.write("pw", "for sending\n").string();
    stage.options.yes = true;
    CHECK(stage.run({}) == -1); // a server that does not answer is not written
    CHECK(stage.file() == before);
    stage.network.failures.clear();
    stage.network.there.insert("smtps://localhost");
    CHECK(stage.run({}) == -1);
    CHECK_THAT(stage.error, ContainsSubstring("protocol")); // nor one that speaks something else
    CHECK(stage.file() == before);
}

TEST_CASE("settings with errors are told and left as they are") {
    SetupStage stage;
    stage.write_settings(kKim + "intervall = 3\n");
    const std::string before = stage.file();
    CHECK(stage.run({}) == -1);
    CHECK_THAT(stage.said, ContainsSubstring("intervall"));
    CHECK(stage.file() == before);
}

TEST_CASE("without a terminal and without --yes nothing is asked of nobody") {
    SetupStage stage;
    CHECK(stage.run({}, false) == -1);
    CHECK_THAT(stage.error, ContainsSubstring("--yes"));
}

} // namespace mailquotad::app
