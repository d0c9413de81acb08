#include "catch.h"
#include "temporary_folder.h"

using namespace mailquotad;
using namespace mailquotad::settings;
using namespace std::chrono_literals;

namespace {

/// The settings of a text that must have no problem at all.
Settings good(const std::string& text) {
    const DataForTests data;
    auto loaded = load_text(text, "test.toml", data.directories());
    for (const auto& problem : loaded.problems)
        FAIL(to_string(problem));
    REQUIRE(loaded.settings);
    return *loaded.settings;
}

class Variable {
public:
    Variable(const char* name, const std::string& value) : name_(name) { ::setenv(name, value.c_str(), 1); }
    Variable(const Variable&) = delete;
    Variable& operator=(const Variable&) = delete;
    ~Variable() { ::unsetenv(name_); }

private:
    const char* name_;
};

} // namespace

TEST_CASE("three keys of a mailbox suffice, and all else has the documented default") {
    const auto settings = good(with_mailbox(""));
    CHECK(settings.language == "de");
    CHECK(settings.timezone.empty());
    CHECK(settings.state_directory == "/var/lib/mailquotad");
    CHECK(settings.database == Database{});
    CHECK(settings.poll == Poll{15min, 60s, 30min, 16, 4});
    CHECK(settings.policy == default_policy());
    CHECK(settings.alerts.confirm_after == 10min);
    CHECK(settings.alerts.quiet_hours == QuietHours{20h, 8h});
    CHECK(settings.alerts.per_hour == 20);
    CHECK(settings.alerts.burst == mailquotad::BurstRule{3, 0.25});
    CHECK(settings.alerts.digest == Weekly{std::chrono::Monday, 7h});
    CHECK(settings.http == Http{"127.0.0.1", 19993});
    CHECK_FALSE(settings.smtp);
    const auto& mailbox = settings.mailboxes.at(0);
    CHECK(mailbox.username == "kim@verein.example");
    CHECK(mailbox.authorize_as.empty());
    CHECK_FALSE(mailbox.limit);
    CHECK(mailbox.protocol == Protocol::imap);
    CHECK(mailbox.depth == Depth::totals);
    CHECK(mailbox.owner == Owner{});
    CHECK(mailbox.policy == default_policy());
    CHECK(settings.server_of(mailbox).mechanism == Mechanism::automatic);
}

TEST_CASE("the minimal settings load without a problem") {
    const auto settings = good(content_of(std::string(SOURCE_FOLDER) + "/config/mailquotad.minimal.toml"));
    CHECK(settings.mailboxes.size() == 1);
    CHECK(settings.servers.at("qloc").imap->host == "p2.qloc.de");
    CHECK(settings.smtp->endpoint.port == 465);
}

TEST_CASE("the complete settings load without a problem and say the defaults") {
    const auto settings = good(content_of(std::string(SOURCE_FOLDER) + "/config/mailquotad.full.toml"));
    const auto defaults = good(with_mailbox(""));
    CHECK(settings.poll == defaults.poll);
    CHECK(settings.policy == defaults.policy);
    CHECK(settings.alerts == defaults.alerts);
    CHECK(settings.http == defaults.http);
    CHECK(settings.database == defaults.database);
    REQUIRE(settings.mailboxes.size() == 4);
    CHECK(settings.mailboxes[0].policy.warning.used == 0.75);
    CHECK(settings.mailboxes[0].limit == ByteSize{500LL * 1024 * 1024});
    CHECK(settings.mailboxes[1].protocol == Protocol::pop3);
    CHECK(settings.mailboxes[3].password.command == std::vector<std::string>{"pass", "show", "archiv"});
    CHECK(settings.servers.at("customer").imap->host == "verein.example");
}

TEST_CASE("what can be switched off is switched off") {
    const auto settings = good(with_mailbox(R"(
alerts = { quiet_hours = [], burst = {}, digest = "", confirm_after = "0s" }
http.listen = ""
http.hosts = ["quota.verein.example", "xn--vrein-jua.example"]
policy.warning = { free = "0B", full_within = "0d" }
)"));
    CHECK_FALSE(settings.alerts.quiet_hours);
    CHECK_FALSE(settings.alerts.burst);
    CHECK_FALSE(settings.alerts.digest);
    CHECK(settings.alerts.confirm_after == 0s);
    CHECK(settings.http.address.empty());
    CHECK(settings.http.hosts == std::vector<std::string>{"quota.verein.example", "xn--vrein-jua.example"});
    CHECK(settings.policy.warning.free == ByteSize{0});
    CHECK_FALSE(settings.policy.warning.full_within);
    CHECK(settings.policy.warning.used == 0.8);
}

TEST_CASE("a mailbox's policy replaces the common one key by key") {
    const auto settings = good(with_mailbox("policy.warning.used = \"75%\"\npolicy.big_box_free = \"1GB\"",
                                            "policy.warning.free = \"50MiB\"\npolicy.urgent = { used = \"90%\" }"));
    const auto& policy = settings.mailboxes.at(0).policy;
    CHECK(policy.warning.used == 0.75);
    CHECK(policy.warning.free == ByteSize{50LL * 1024 * 1024});
    CHECK(policy.warning.messages == 0.8);
    CHECK(policy.urgent.used == 0.9);
    CHECK(policy.urgent.full_within == Days(5));
    CHECK(policy.big_box_free == ByteSize{1'000'000'000});
    CHECK(settings.policy.warning.free == ByteSize{100LL * 1024 * 1024});
}

TEST_CASE("a preset gives what the server does not say itself") {
    const auto settings = good(with_mailbox("[server.x]\npreset = \"qloc\"\nimap = \"imap+starttls://other.example\""));
    const auto& server = settings.servers.at("x");
    CHECK(server.imap == Endpoint{Protocol::imap, TlsMode::starttls, "other.example", 143});
    CHECK(server.pop3 == Endpoint{Protocol::pop3, TlsMode::implicit, "p2.qloc.de", 995});
    CHECK(server.smtp == Endpoint{Protocol::smtp, TlsMode::implicit, "p2.qloc.de", 465});
}

TEST_CASE("every preset can be used and names a source") {
    for (const auto& entry : std::filesystem::directory_iterator(std::string(SOURCE_FOLDER) + "/config/providers")) {
        const auto name = entry.path().stem().string();
        const auto content = content_of(entry.path());
        const bool domain = content.find("{domain}") != std::string::npos;
        INFO(name);
        const auto settings = good(
            with_mailbox("[server.x]\npreset = \"" + name + "\"\n" + (domain ? "domain = \"verein.example\"" : "")));
        CHECK(settings.servers.at("x").imap);
        CHECK(content.find("source = \"") != std::string::npos);
    }
}

TEST_CASE("PostgreSQL is a URL without a password and a place for that") {
    const auto settings = good(
        with_mailbox(R"(database = { url = "postgresql://m@db.example:5432/m", password = { env = "DB_PASSWORD" } })"));
    CHECK(settings.database.postgresql_url == "postgresql://m@db.example:5432/m");
    CHECK(settings.database.password == SecretReference{SecretReference::Form::env, "DB_PASSWORD", {}});
}

TEST_CASE("a single address or pin needs no list") {
    const auto settings = good(with_mailbox("", "owner.mail = \"kim@privat.example\""));
    CHECK(settings.mailboxes.at(0).owner.mail == std::vector<std::string>{"kim@privat.example"});
}

TEST_CASE("the state directory of the service manager serves where the settings name none") {
    const Variable variable("STATE_DIRECTORY", "/run/a:/run/b");
    CHECK(good(with_mailbox("")).state_directory == "/run/a");
    CHECK(good(with_mailbox("state_directory = \"/srv/m\"")).state_directory == "/srv/m");
}

TEST_CASE("data files lie where the environment says") {
    const Variable variable("MAILQUOTAD_DATA", "/srv/data");
    CHECK(data_directories().providers == "/srv/data/providers");
    CHECK(data_directories().messages == "/srv/data/messages");
    CHECK(data_directories().clients == "/srv/data/clients");
}

TEST_CASE("a mailbox is found by its address, whatever the case, and by its slug") {
    const auto settings = good(with_mailbox("", "slug = \"kim\""));
    CHECK(settings.find("KIM@verein.example") == &settings.mailboxes[0]);
    CHECK(settings.find("kim") == &settings.mailboxes[0]);
    CHECK(settings.find("KIM") == nullptr);
    CHECK(settings.find("") == nullptr);
}

TEST_CASE("a file that cannot be read is a problem, not an exception") {
    const TemporaryFolder folder;
    const DataForTests data;
    const auto missing = load(folder.path() / "none.toml", data.directories());
    REQUIRE(missing.problems.size() == 1);
    CHECK_THAT(to_string(missing.problems[0]), ContainsSubstring("none.toml: there is no such file"));
    const auto directory = load(folder.path(), data.directories());
    REQUIRE(directory.problems.size() == 1);
    CHECK_THAT(directory.problems[0].message, ContainsSubstring("no regular file"));
}

TEST_CASE("a problem names file, line, column and key in one safe line") {
    const Problem problem{Problem::Severity::error, "a.toml", 3, 7, "poll.x", "unknown\nkey"};
    CHECK(to_string(problem) == "a.toml:3:7: poll.x: unknown\\x0akey");
    const Problem warning{Problem::Severity::warning, "a.toml", 0, 0, "", "hm"};
    CHECK(to_string(warning) == "a.toml: warning: hm");
}

TEST_CASE("problems are in the order of the file and name columns") {
    const DataForTests data;
    const auto loaded = load_text("z = 1\na = 2\npoll = { workers = 0 }\n", "t", data.directories());
    REQUIRE(loaded.problems.size() == 4);
    CHECK(loaded.problems[0].key == "mailbox");
    CHECK(loaded.problems[1].key == "z");
    CHECK(loaded.problems[2].key == "a");
    CHECK(loaded.problems[3].line == 3);
    CHECK(loaded.problems[3].column == 20);
}

TEST_CASE("a mistake in a preset is told with the preset's file") {
    const TemporaryFolder folder;
    folder.write("broken.toml", "imap = \"pop3s://h\"\nchecked_on = \"2026-11-22\"\nsource = \"x\"\nnot = \"x\"\n");
    folder.write("syntax.toml", "imap = ");
    const DataDirectories data{.providers = folder.path(), .messages = {}, .clients = {}};
    const auto broken = load_text(with_mailbox("[server.b]\npreset = \"broken\""), "t", data);
    REQUIRE(broken.problems.size() == 2);
    CHECK(broken.problems[0].key == "server.b.imap");
    CHECK(broken.problems[1].file == (folder.path() / "broken.toml").string());
    CHECK(broken.problems[1].line == 4);
    const auto syntax = load_text(with_mailbox("[server.b]\npreset = \"syntax\""), "t", data);
    REQUIRE(syntax.problems.size() == 1);
    CHECK_THAT(syntax.problems[0].message, ContainsSubstring("syntax.toml"));
}

TEST_CASE("without data folders languages and clients are believed") {
    const DataDirectories none;
    const auto loaded = load_text(with_mailbox("language = \"fr\"", "owner.client = \"mutt\""), "t", none);
    CHECK(loaded.problems.empty());
    CHECK(loaded.settings);
}
