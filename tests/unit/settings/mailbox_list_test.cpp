// [[mailbox_list]] and what the mailboxes of a server have in common.
#include "catch.h"
#include "settings/files.h"
#include "temporary_folder.h"

using namespace mailquotad::settings;

namespace {

/// Settings with a list of this content, and the problems found.
struct Loading {
    explicit Loading(const std::string& csv,
                     const std::string& list = "server = \"a\"\npassword = { credential = \"m\" }",
                     const std::string& more = "")
        : file(folder.write("mailboxes.csv", csv)) {
        loaded =
            load_text("[server.a]\nimap = \"imaps://h\"\n[server.b]\nimap = \"imaps://h\"\npop3 = \"pop3s://h\"\n" +
                          more + "\n[[mailbox_list]]\nfile = \"" + file.string() + "\"\n" + list + "\n",
                      "settings.toml", data.directories());
    }
    [[nodiscard]] std::string problems() const {
        std::string text;
        for (const Problem& problem : loaded.problems)
            text +=
                to_string(problem).substr(problem.file == file.string() ? folder.path().string().size() + 1 : 0) + "\n";
        return text;
    }
    [[nodiscard]] const Mailbox& mailbox(std::size_t index) const {
        INFO(problems());
        REQUIRE(loaded.settings);
        return loaded.settings->mailboxes.at(index);
    }

    DataForTests data;
    TemporaryFolder folder;
    std::filesystem::path file;
    Loaded loaded;
};

} // namespace

TEST_CASE("a line of a list is a mailbox with all that its columns say") {
    const Loading list(
        "address;server;username;slug;credential;owner_name;owner_mail;language;client;limit;depth;protocol\n"
        "kim@verein.example;b;web1;kim;kim-pw;Kim Muster;kim@privat.example; k2@privat.example;en\n",
        "");
    CHECK_THAT(list.problems(), ContainsSubstring("mailboxes.csv:2:1: has 9 fields, but the first line names 12"));
    const Loading good(
        "address,server,username,slug,credential,owner_name,owner_mail,language,client,limit,depth,protocol\n"
        "kim@verein.example,b,web1,kim,kim-pw,\"Muster, Kim\",kim@privat.example; k2@privat.example,en,"
        "thunderbird,500MiB,sizes,pop3\n",
        "");
    CHECK(good.problems() == "");
    const Mailbox& kim = good.mailbox(0);
    CHECK(kim.address == "kim@verein.example");
    CHECK(kim.server == "b");
    CHECK(kim.username == "web1");
    CHECK(kim.slug == "kim");
    CHECK(kim.password.value == "kim-pw");
    CHECK(kim.owner.name == "Muster, Kim");
    CHECK(kim.owner.mail == std::vector<std::string>{"kim@privat.example", "k2@privat.example"});
    CHECK(kim.owner.language == "en");
    CHECK(kim.owner.client == "thunderbird");
    CHECK(kim.limit->bytes == 500LL << 20);
    CHECK(kim.depth == Depth::sizes);
    CHECK(kim.protocol == mailquotad::Protocol::pop3);
}

TEST_CASE("what the list says holds for every line that does not say otherwise") {
    const Loading list("address,username,credential\nkim@verein.example,,\nuli@verein.example,own,uli\n",
                       "server = \"a\"\nusername = \"{address}*master\"\npassword = { credential = \"m\" }");
    CHECK(list.mailbox(0).username == "kim@verein.example*master");
    CHECK(list.mailbox(0).shared_login == "{address}*master");
    CHECK(list.mailbox(0).password.value == "m");
    CHECK(list.mailbox(1).username == "own");
    CHECK(list.mailbox(1).shared_login.empty());
    CHECK(list.mailbox(1).password.value == "uli");
    CHECK(list.mailbox(0).slug != list.mailbox(1).slug);
}

TEST_CASE("a login with a master user's name is recognised as shared, also if it is written out") {
    const Loading list("address,username\nkim@verein.example,kim@verein.example*master\n"
                       "uli@verein.example,uli%master\nallison@verein.example,allisonia\nute@verein.example,ute\n"
                       "ida@verein.example,ida@verein.example\n",
                       "server = \"a\"\npassword = { credential = \"m\" }");
    CHECK(list.mailbox(0).shared_login == "{address}*master");
    CHECK(list.mailbox(1).shared_login == "{local_part}%master");
    for (const std::size_t own : {2U, 3U, 4U})
        CHECK(list.mailbox(own).shared_login.empty());
}

TEST_CASE("every problem of a list is told by file, line, column and name of the column") {
    const Loading list("address,server,limit,owner_mail,protocol\n"
                       "kim,a,10 apples,kim@privat.example,imap\n"
                       "uli@verein.example,c,,nobody,pop3\n"
                       "UTE@verein.example,b,,,\n"
                       "ute@verein.example,b,,,\n");
    CHECK(list.problems() ==
          "mailboxes.csv:2:1: address: is \"kim\" but must be a mail address, such as \"kim.muster@verein.example\"\n"
          "mailboxes.csv:2:7: limit: is \"10 apples\" but must be a size, such as \"500MiB\", with one of B, kB, KiB, "
          "MB, "
          "MiB, GB, GiB, TB, TiB\n"
          "mailboxes.csv:3:20: server: is \"c\", which is not known; did you mean \"a\"?\n"
          "mailboxes.csv:3:23: owner_mail: is \"nobody\" but must be a list of mail addresses, such as "
          "[\"kim@privat.example\"]\n"
          "mailboxes.csv:5:1: address: is \"ute@verein.example\", which line 4 of " +
              list.file.string() + " has already\n");
    CHECK_FALSE(list.loaded.settings);
}

TEST_CASE("the first line must name known columns, each once, and the address among them") {
    CHECK_THAT(Loading("adress,server\nx,a\n").problems(),
               ContainsSubstring("mailboxes.csv:1:1: adress: is no column; did you mean \"address\"?") &&
                   ContainsSubstring("1:1: address: is missing among the names of the columns"));
    CHECK_THAT(Loading("address,limit,Limit\nx,1B,2B\n").problems(),
               ContainsSubstring("mailboxes.csv:1:15: Limit: is there twice"));
}

TEST_CASE("a list without a mailbox is an error: an export that failed must not end the watch") {
    CHECK_THAT(Loading("").problems(), ContainsSubstring("mailboxes.csv: holds no mailbox"));
    CHECK_THAT(Loading("address\n").problems(), ContainsSubstring("holds no mailbox"));
    CHECK_THAT(Loading("address\n\"x").problems(), ContainsSubstring("mailboxes.csv:2:1: begins a quoted field"));
}

TEST_CASE("a [[mailbox]] with the same address replaces the line") {
    const Loading list(
        "address\nkim@verein.example\nuli@verein.example\n", "server = \"a\"\npassword = { credential = \"m\" }",
        "[[mailbox]]\naddress = \"Kim@verein.example\"\nserver = \"b\"\npassword = { credential = \"k\" }");
    REQUIRE(list.mailbox(0).address == "Kim@verein.example");
    CHECK(list.mailbox(0).server == "b");
    CHECK(list.mailbox(1).address == "uli@verein.example");
    CHECK(list.loaded.settings->mailboxes.size() == 2);
}

TEST_CASE("no more than about a hundred problems of one list are told") {
    std::string csv = "address\n";
    for (int i = 0; i < 5000; ++i)
        csv += "nobody\n";
    const Loading list(csv);
    CHECK(list.loaded.problems.size() < 150);
    CHECK_THAT(list.problems(), ContainsSubstring("there may be more problems from here on"));
}

TEST_CASE("the files that were read are told with what they looked like, also where they are wrong") {
    for (const char* csv : {"address\nkim@verein.example\n", "address\nkim\n"}) {
        const Loading list(csv);
        REQUIRE(list.loaded.lists.size() == 1);
        CHECK(list.loaded.lists.front().file == list.file);
        CHECK(list.loaded.lists.front().stamp == stamp_of(list.file));
        CHECK(list.loaded.lists.front().stamp.size == std::string(csv).size());
    }
}

TEST_CASE("the mailboxes of a server log in as its master user, in both of Dovecot's ways") {
    const auto settings = load_text(R"(
[server.star]
imap = "imaps://h"
username = "{address}*master"
password = { credential = "master" }
[server.sasl]
imap = "imaps://h"
username = "master"
authorize_as = "{local_part}@{domain}"
password = { credential = "master" }
[[mailbox]]
address = "kim@verein.example"
server = "star"
[[mailbox]]
address = "uli@verein.example"
server = "sasl"
[[mailbox]]
address = "own@verein.example"
server = "star"
username = "own"
password = { credential = "own" }
)",
                                    "settings.toml", DataForTests().directories())
                              .settings;
    REQUIRE(settings);
    CHECK(settings->mailboxes[0].username == "kim@verein.example*master");
    CHECK(settings->mailboxes[0].shared_login == "{address}*master");
    CHECK(settings->mailboxes[0].password.value == "master");
    CHECK(settings->mailboxes[1].username == "master");
    CHECK(settings->mailboxes[1].authorize_as == "uli@verein.example");
    CHECK(settings->mailboxes[2].username == "own");
    CHECK(settings->mailboxes[2].shared_login.empty());
    CHECK(settings->mailboxes[2].password.value == "own");
}

TEST_CASE("a quota administrator measures the mailboxes without a password, and only those") {
    const auto settings = load_text(R"(
[server.cyrus]
imap = "imaps://h"
quota_administrator = { username = "cyrus", password = { credential = "cyrus" } }
[[mailbox]]
address = "kim@verein.example"
server = "cyrus"
[[mailbox]]
address = "own@verein.example"
server = "cyrus"
password = { credential = "own" }
)",
                                    "settings.toml", DataForTests().directories())
                              .settings;
    REQUIRE(settings);
    CHECK(settings->servers.at("cyrus").administrator->root == "user{separator}{local_part}");
    CHECK(settings->mailboxes[0].by_administrator);
    CHECK_FALSE(settings->mailboxes[1].by_administrator);
}
