// Setups for many people: lists, and owners who type their own password.
#include "catch.h"

#include "setup_world.h"

namespace mailquotad::app {
namespace {

SetupStage& with_list(SetupStage& stage, const std::string& csv) {
    stage.write_settings(kKim);
    stage.options.import = stage.folder.write("list.csv", csv).string();
    stage.options.yes = true;
    return stage;
}

} // namespace

TEST_CASE("a list is taken over line by line; what is wrong with one stops no other") {
    SetupStage stage;
    with_list(stage, "address,password,owner_name,owner_mail,limit\n"
                     "kim@verein.example,right,Kim,,\n"
                     "uli@verein.example,pw uli,\"Uli, U.\",uli@privat.example,\n"
                     "too,short\n"
                     "toni@verein.example,geheim,Toni,,\n"
                     "robin@verein.example,x,Robin,no address,half\n"
                     "later@verein.example,,Later,,\n");
    CHECK(stage.run({}) == EXIT_FAILURE);
    INFO(stage.said + stage.printed + stage.error);
    CHECK_THAT(stage.said, ContainsSubstring("list.csv:4:1: has 2 fields"));
    CHECK_THAT(stage.said, ContainsSubstring("list.csv:6:41: limit: is \"half\""));
    CHECK_THAT(stage.said, ContainsSubstring("list.csv:6:30: owner_mail: "));
    CHECK_THAT(stage.printed, ContainsSubstring("kim@verein.example"));
    CHECK_THAT(stage.printed, ContainsSubstring("is in the settings already"));
    CHECK_THAT(stage.printed, ContainsSubstring("login_refused"));
    CHECK_THAT(stage.printed, ContainsSubstring("1.00 MiB  100 MiB  good"));
    const auto once = stage.said.find("at [server.club] already");
    CHECK(stage.said.find("at [server.club] already", once + 1) == std::string::npos);
    CHECK_THAT(stage.printed, ContainsSubstring("entered without a password"));
    CHECK_THAT(stage.file(), ContainsSubstring("owner = { name = \"Uli, U.\", mail = [\"uli@privat.example\"] }"));
    CHECK(stage.credential("uli@verein.example") == "pw uli\n");
    CHECK(stage.credential("toni@verein.example") == "(none)");
    const auto loaded = settings::load(stage.options.common.config, settings::data_directories());
    REQUIRE(loaded.settings);
    CHECK(loaded.settings->mailboxes.size() == 3);
    CHECK_THAT(stage.said, ContainsSubstring("list.csv holds passwords: delete it now"));
    for (const char* secret : {"pw uli", "geheim", "right"})
        CHECK(stage.all_words().find(secret) == std::string::npos);
}

TEST_CASE("a list with nothing but wrong passwords stops after three of them") {
    SetupStage stage;
    with_list(stage,
              "address,password\na@verein.example,x\nb@verein.example,x\nc@verein.example,x\nd@verein.example,x\n"
              "e@verein.example,x\n");
    CHECK(stage.run({}) == EXIT_FAILURE);
    CHECK(stage.server.logins() == 3);
    CHECK_THAT(stage.printed, ContainsSubstring("not tried: 3 logins in a row were refused"));
    CHECK_THAT(stage.said, ContainsSubstring("There is nothing to be added."));
}

TEST_CASE("a list that is good in every line ends with 0, and makes a whole file where there is none") {
    SetupStage stage;
    stage.options.import =
        stage.folder.write("list.csv", "address;password\nkim@verein.example;right\nuli@verein.example;pw uli\n")
            .string();
    stage.options.yes = true;
    CHECK(stage.run({}) == 0);
    INFO(stage.said + stage.printed + stage.error);
    const auto loaded = settings::load(stage.options.common.config, settings::data_directories());
    REQUIRE(loaded.settings);
    CHECK(loaded.settings->mailboxes.size() == 2);
    CHECK(loaded.settings->servers.size() == 1);
    CHECK(stage.server.logins() == 2);
}

TEST_CASE("an owner is told first, agrees, types the password, and hears what was stored and how to withdraw") {
    SetupStage stage;
    stage.write_settings(kKim + "owner = { name = \"Kim\", language = \"de\" }\n");
    const std::string before = stage.file();
    stage.options.language = "";
    stage.options.owner = true;
    CHECK(stage.run({"Address => kim@verein.example", "Darf mailquotad => ja", "Passwort => right"}) == 0);
    INFO(stage.said + stage.error);
    CHECK(stage.unexpected.empty());
    CHECK(stage.credential("kim") == "right\n");
    CHECK(stage.file() == before);
    const auto told = stage.said.find("Was gelesen wird");
    const auto asked = stage.said.find("Darf mailquotad");
    const auto typed = stage.said.find("Passwort von kim@verein.example");
    CHECK(told < asked);
    CHECK(asked < typed);
    CHECK_THAT(stage.said, ContainsSubstring("Dieses Blatt gilt für das Postfach kim@verein.example"));
    CHECK_THAT(stage.said, ContainsSubstring((stage.folder.path() / "credentials" / "kim").string()));
    CHECK_THAT(stage.said, ContainsSubstring("mailquotad forget kim@verein.example"));
}

TEST_CASE("an owner who does not agree is not asked for a password, and Enter is no agreement") {
    SetupStage stage;
    stage.write_settings(kKim);
    stage.options.owner = true;
    CHECK(stage.run({"Address => kim@verein.example", "May mailquotad => "}) == -1);
    CHECK_THAT(stage.error, ContainsSubstring("nothing is watched"));
    CHECK(stage.server.logins() == 0);
    CHECK(stage.credential("kim") == "(none)");
}

TEST_CASE("an owner whom nobody has entered can enter at a server that the settings use for this domain, no other") {
    SetupStage stage;
    stage.write_settings(kKim);
    stage.options.owner = true;
    CHECK(stage.run({"Address => uli@verein.example", "May mailquotad => yes", "Password => pw uli", "Name => Uli",
                     "second => uli@privat.example", "program => webmail"}) == 0);
    INFO(stage.said + stage.error);
    CHECK_THAT(stage.file(), ContainsSubstring("address = \"uli@verein.example\""));
    CHECK_THAT(stage.said, ContainsSubstring("Warnings go to: uli@privat.example"));
    stage.network.there.insert("imaps://imap.other.example");
    CHECK(stage.run({"Address => x@other.example"}) == -1);
    CHECK_THAT(stage.error, ContainsSubstring("not prepared yet"));
}

TEST_CASE("an owner cannot agree by option") {
    SetupStage stage;
    stage.write_settings(kKim);
    stage.options.owner = stage.options.yes = true;
    CHECK(stage.run({}) == -1);
    CHECK_THAT(stage.error, ContainsSubstring("nobody else can agree"));
}

} // namespace mailquotad::app
