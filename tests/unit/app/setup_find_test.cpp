// Finding servers: in which order, over what, and that a foreign host gets no password without a yes.
#include "catch.h"

#include "setup_world.h"

namespace mailquotad::app {
namespace {

std::vector<std::string> urls(const std::vector<Candidate>& candidates) {
    std::vector<std::string> texts;
    for (const Candidate& candidate : candidates)
        texts.push_back(to_string(candidate.endpoint));
    return texts;
}

using Texts = std::vector<std::string>;

} // namespace

TEST_CASE("what a domain's own records name is tried before usual names, POP3 last") {
    fakes::FakeNameRecords names;
    names.records["_imaps._tcp.verein.example"] = {{.host = "box.hoster.example", .port = 1993}};
    names.records["_imap._tcp.verein.example"] = {{.host = "mail.verein.example", .port = 143}};
    CHECK(urls(mailbox_candidates("verein.example", {"mx.hoster.example"}, names)) ==
          Texts{"imaps://box.hoster.example:1993", "imap+starttls://mail.verein.example", "imaps://imap.verein.example",
                "imaps://mail.verein.example", "imaps://verein.example", "imaps://mx.hoster.example",
                "pop3s://pop.verein.example", "pop3s://pop3.verein.example"});
}

TEST_CASE("submission is looked for with TLS from the first byte, then with STARTTLS, never without") {
    fakes::FakeNameRecords names;
    names.records["_submission._tcp.verein.example"] = {{.host = "out.verein.example", .port = 587}};
    const auto found = urls(smtp_candidates("verein.example", "imap.verein.example", names));
    CHECK(found == Texts{"smtp+starttls://out.verein.example", "smtps://smtp.verein.example",
                         "smtp+starttls://smtp.verein.example", "smtps://mail.verein.example",
                         "smtp+starttls://mail.verein.example", "smtps://imap.verein.example",
                         "smtp+starttls://imap.verein.example"});
}

TEST_CASE("a name from the name system that is no host name is passed over") {
    fakes::FakeNameRecords names;
    names.records["_imaps._tcp.verein.example"] = {{.host = "evil\x1b[2J", .port = 993}, {.host = "a/b", .port = 993}};
    CHECK(urls(mailbox_candidates("verein.example", {}, names)).front() == "imaps://imap.verein.example");
}

TEST_CASE("presets are found by the address's domain and by who takes its mail") {
    const auto data = settings::data_directories();
    const auto of_gmx = preset_candidates("gmx.de", {}, data);
    REQUIRE(of_gmx.size() == 1);
    CHECK(of_gmx.front() == Candidate{.endpoint = parse_server_url("imaps://imap.gmx.net")->endpoint,
                                      .preset = "gmx",
                                      .origin = "origin_preset"});
    CHECK(preset_candidates("verein.example", {}, data).empty());
    const auto by_host = preset_candidates("verein.example", {"smtpin.rzone.de"}, data);
    REQUIRE(by_host.size() == 1);
    CHECK(by_host.front().preset == "strato");
    CHECK(preset_candidates("verein.example", {"evilrzone.de"}, data).empty());
}

TEST_CASE("a host belongs to a domain only as itself or below it") {
    CHECK(settings::is_within("mail.Verein.example", "verein.EXAMPLE"));
    CHECK(settings::is_within("verein.example", "verein.example"));
    CHECK_FALSE(settings::is_within("evilverein.example", "verein.example"));
    CHECK_FALSE(settings::is_within("verein.example.evil.example", "verein.example"));
    CHECK_FALSE(settings::is_within("example", "verein.example"));
    CHECK_FALSE(settings::is_within("x", ""));
}

TEST_CASE("a host outside of the address's domain gets nothing unless a person agreed") {
    SetupStage stage;
    stage.network.there = {"imaps://box.hoster.example:1993"};
    stage.names.records["_imaps._tcp.verein.example"] = {{.host = "box.hoster.example", .port = 1993}};
    stage.options.address = "kim@verein.example";
    SECTION("no is the proposed answer, and then another server is asked for") {
        CHECK(stage.run({"does not belong to verein.example => ", "IMAP server => "}) == -1);
        CHECK(stage.unexpected.empty());
    }
    SECTION("where nobody can be asked it is named for an option") {
        stage.options.yes = true;
        CHECK(stage.run({}) == -1);
        CHECK_THAT(stage.error, ContainsSubstring("--server imaps://box.hoster.example:1993"));
    }
    CHECK(stage.server.logins() == 0);
    CHECK(stage.file() == "(none)");
}

TEST_CASE("a server whose certificate is not good is passed over and told") {
    SetupStage stage;
    stage.network.failures["imap.verein.example"] = FailureKind::tls;
    stage.network.there.insert("imaps://mail.verein.example");
    stage.options.address = "kim@verein.example";
    stage.options.dry_run = true;
    stage.run({"Password => right", "Name => ", "second => ", "program => ", "write mails => n"});
    CHECK_THAT(stage.said, ContainsSubstring("imaps://imap.verein.example: tls: as the test says"));
    CHECK_THAT(stage.said, ContainsSubstring("imaps://mail.verein.example: answers, certificate good"));
    CHECK_THAT(stage.printed, ContainsSubstring("imap = \"imaps://mail.verein.example\""));
}

TEST_CASE("a password is never sent without TLS, whatever somebody types") {
    SetupStage stage;
    stage.options.address = "kim@verein.example";
    stage.options.server = "imap://imap.verein.example";
    CHECK(stage.run({}) == -1);
    CHECK_THAT(stage.error, ContainsSubstring("without TLS"));
    CHECK(stage.network.tried.empty());
}

} // namespace mailquotad::app
