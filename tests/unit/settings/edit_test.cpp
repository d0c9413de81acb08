// What setup puts behind a settings file, and that it is what was meant.
#include "settings/edit.h"

#include "catch.h"
#include "temporary_folder.h"

using namespace mailquotad;
using namespace mailquotad::settings;

namespace {

const std::string kOld = "# our club\nlanguage = \"en\" # for now\n\n[server.a] # the hoster\nimap = \"imaps://h\"\n"
                         "\n[[mailbox]]\naddress = \"kim@verein.example\"\nserver = \"a\"\n"
                         "password = { credential = \"kim\" }   # ours";

Mailbox mailbox(const std::string& address, const std::string& server = "a") {
    Mailbox made;
    made.address = made.username = address;
    made.slug_is_derived = true;
    made.server = server;
    made.password = {.form = SecretReference::Form::credential, .value = address, .command = {}};
    return made;
}

Smtp smtp() {
    Smtp made;
    made.endpoint = {.protocol = Protocol::smtp, .tls = TlsMode::starttls, .host = "mail.verein.example", .port = 587};
    made.username = "webmaster@verein.example";
    made.password = SecretReference{.form = SecretReference::Form::credential, .value = "smtp", .command = {}};
    made.from = "Webmaster \"W\" <webmaster@verein.example>";
    made.admin = {"webmaster@verein.example"};
    return made;
}

Settings good(const std::string& text) {
    const DataForTests data;
    auto loaded = load_text(text, "test.toml", data.directories());
    for (const auto& problem : loaded.problems)
        FAIL(to_string(problem));
    REQUIRE(loaded.settings);
    return *loaded.settings;
}

/// What is in the way when this is appended to a file.
std::string difference_after(const std::string& old, const Addition& addition) {
    return difference(good(old), addition, good(appended(old, to_toml(addition))));
}

} // namespace

TEST_CASE("a second mailbox is put behind the file, which stays byte for byte as it is") {
    Addition addition;
    addition.mailboxes = {mailbox("uli@verein.example")};
    const std::string text = appended(kOld, to_toml(addition));
    CHECK(text.starts_with(kOld + "\n\n[[mailbox]]\n"));
    CHECK(text.ends_with("address = \"uli@verein.example\"\nserver = \"a\"\n"
                         "password = { credential = \"uli@verein.example\" }\n"));
    CHECK(difference_after(kOld, addition) == "");
}

TEST_CASE("everything that setup asks for is written and read back as it was meant") {
    Addition addition;
    Mailbox uli = mailbox("uli@verein.example", "mail.new");
    uli.username = "web1\\p1";
    uli.slug = "uli";
    uli.slug_is_derived = false;
    uli.limit = ByteSize{500LL << 20};
    uli.protocol = Protocol::pop3;
    uli.depth = Depth::sizes;
    uli.owner = {.name = "Uli \"U\" Ünal",
                 .mail = {"u@privat.example", "v@privat.example"},
                 .language = "de",
                 .client = "",
                 .codeword = "",
                 .notice = false};
    uli.password = {.form = SecretReference::Form::command, .value = "", .command = {"pass", "show", "uli \"x\""}};
    NewServer server;
    server.server.key = "mail.new";
    server.server.pop3 = Endpoint{.protocol = Protocol::pop3, .tls = TlsMode::implicit, .host = "pop.h", .port = 1995};
    server.server.imap = Endpoint{.protocol = Protocol::imap, .tls = TlsMode::starttls, .host = "imap.h", .port = 143};
    server.server.trust.pins = {"sha256//47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="};
    addition.servers = {server};
    addition.mailboxes = {uli};
    addition.smtp = smtp();
    CHECK(to_toml(addition).find("[server.\"mail.new\"]") != std::string::npos);
    CHECK(to_toml(addition).find("limit = \"500MiB\"") != std::string::npos);
    CHECK(difference_after(kOld, addition) == "");
}

TEST_CASE("a new file begins with a comment and the general keys") {
    Addition addition;
    addition.file = NewFile{.heading = "Made by setup.\nCheck it.", .language = "de", .timezone = "Europe/Berlin"};
    addition.mailboxes = {mailbox("uli@verein.example")};
    NewServer server;
    server.server.key = "a";
    server.server.imap = Endpoint{.protocol = Protocol::imap, .tls = TlsMode::implicit, .host = "h", .port = 993};
    addition.servers = {server};
    const std::string text = to_toml(addition);
    CHECK(text.starts_with("# Made by setup.\n# Check it.\nlanguage = \"de\"\ntimezone = \"Europe/Berlin\"\n\n"
                           "[server.a]\nimap = \"imaps://h\"\n\n[[mailbox]]\n"));
    CHECK(difference(std::nullopt, addition, good(text)) == "");
}

TEST_CASE("control characters and quotes in a text cannot leave it") {
    const std::string nasty = "a\"]\n[x]\t\x7F\\";
    CHECK(toml_text(nasty) == "\"a\\\"]\\u000A[x]\\u0009\\u007F\\\\\"");
}

TEST_CASE("what would change something else is told instead of written") {
    Addition addition;
    addition.mailboxes = {mailbox("uli@verein.example")};
    const Settings before = good(kOld);
    Settings after = good(appended(kOld, to_toml(addition)));
    after.mailboxes.front().username = "other";
    CHECK(difference(before, addition, after) == "mailbox kim@verein.example would change");
    after = good(appended(kOld, to_toml(addition)));
    after.poll.workers = 1;
    CHECK(difference(before, addition, after) == "what the file says already would change");
    after = good(appended(kOld, to_toml(addition)));
    after.mailboxes.back().username = "other";
    CHECK(difference(before, addition, after) == "mailbox uli@verein.example would not be what was meant");
    CHECK(difference(before, {}, before) == "");
    CHECK(difference(before, {}, after) == "the number of mailboxes would be wrong");
}

TEST_CASE("a file without a mailbox is good where one is about to be added, and else is not") {
    const DataForTests data;
    const std::string text = "language = \"en\"\n";
    CHECK(load_text_to_extend(text, "test.toml", data.directories()).settings);
    const auto loaded = load_text(text, "test.toml", data.directories());
    REQUIRE(loaded.problems.size() == 1);
    CHECK(to_string(loaded.problems.front()) == "test.toml: mailbox: is missing; it must be tables: [[mailbox]]");
}
