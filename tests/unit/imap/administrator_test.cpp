// A quota administrator over scripts: what Cyrus 3.6 (Debian 12) says, and what others could.
#include "catch.h"

#include "fakes/dialogue.h"
#include "fakes/fake_clock.h"
#include "fakes/scripted_transport.h"
#include "imap/administrator.h"

using namespace mailquotad;
using namespace mailquotad::fakes;

namespace {

const std::string kGreeting = R"(
S: * OK [CAPABILITY IMAP4rev1 LITERAL+ ID ENABLE LOGINDISABLED AUTH=PLAIN SASL-IR] mail.example Cyrus IMAP 3.6.1
C: TAG AUTHENTICATE PLAIN *
S: TAG OK [CAPABILITY IMAP4rev1 LITERAL+ ID ENABLE ACL QUOTA QUOTASET LIST-STATUS X-QUOTA=STORAGE] Success
)";
const std::string kSlash = R"(
C: TAG LIST "" ""
S: * LIST (\Noselect) "/" ""
S: TAG OK Completed (0.000 secs)
)";
const std::string kFarewell = R"(
C: TAG LOGOUT
S: * BYE LOGOUT received
S: TAG OK Completed
)";

struct Asking {
    explicit Asking(const std::string& script, std::vector<imap::QuotaQuestion> questions,
                    Seconds timeout = Seconds(60))
        : Asking(std::vector<std::string>{script}, std::move(questions), timeout) {}
    Asking(const std::vector<std::string>& connections, std::vector<imap::QuotaQuestion> questions,
           Seconds timeout = Seconds(60))
        : connector(connections, {.clock = &clock}) {
        ProbeRequest request = default_request(Protocol::imap);
        request.username = "cyrus";
        request.timeout = timeout;
        reports = imap::ask_quotas(request, questions, connector, clock, nullptr);
        for (const auto& conversation : connector.conversations()) {
            CHECK(conversation->problems == std::vector<std::string>{});
            CHECK(conversation->closed);
            CHECK(forbidden_lines(Protocol::imap, conversation->lines) == std::vector<std::string>{});
        }
    }
    [[nodiscard]] std::vector<std::string> facts_of(std::size_t index) const { return facts(reports.at(index)); }

    fakes::FakeClock clock;
    fakes::ScriptedConnector connector;
    std::vector<ProbeReport> reports;
};

std::vector<imap::QuotaQuestion> about(std::initializer_list<const char*> names) {
    std::vector<imap::QuotaQuestion> questions;
    for (const char* name : names)
        questions.push_back({.root = std::string("user{separator}") + name, .limit_bytes = {}});
    return questions;
}

bool contains(const std::vector<std::string>& facts, const std::string& fact) {
    return std::find(facts.begin(), facts.end(), fact) != facts.end();
}

} // namespace

TEST_CASE("one connection asks for all mailboxes in one flight, and each has its own answer") {
    const Asking asking(kGreeting + kSlash + R"(
C: TAG GETQUOTA "user/kim"
C: TAG GETQUOTA "user/uli"
S: * QUOTA user/kim (STORAGE 95 100 MESSAGE 3 10)
S: TAG OK Completed
S: * QUOTA user/uli (STORAGE 5 8589934592)
S: TAG OK Completed
)" + kFarewell,
                        about({"kim", "uli"}));
    CHECK(contains(asking.facts_of(0), "resource STORAGE 97280 102400 bytes user/kim"));
    CHECK(contains(asking.facts_of(0), "resource MESSAGE 3 10 count user/kim"));
    CHECK(contains(asking.facts_of(1), "resource STORAGE 5120 8796093022208 bytes user/uli"));
    CHECK(asking.reports[0].snapshot()->folders.empty());
    CHECK(asking.connector.conversations().size() == 1);
}

TEST_CASE("a mailbox without a limit has no root at Cyrus, one that does not exist is a failure of its own") {
    const Asking asking(kGreeting + kSlash + R"(
C: TAG GETQUOTA "user/free"
C: TAG GETQUOTA "user/gone"
C: TAG GETQUOTA "user/kim"
S: TAG NO Quota root does not exist
S: TAG NO Quota root does not exist
S: * QUOTA user/kim (STORAGE 1 2)
S: TAG OK Completed
C: TAG GETQUOTAROOT "user/free"
C: TAG GETQUOTAROOT "user/gone"
S: * QUOTAROOT user/free
S: TAG OK Completed
S: TAG NO Mailbox does not exist
)" + kFarewell,
                        about({"free", "gone", "kim"}));
    CHECK(contains(asking.facts_of(0), "limit_source none"));
    CHECK(contains(asking.facts_of(1), "failure protocol"));
    CHECK_THAT(asking.reports[1].failure()->detail, ContainsSubstring("NO Mailbox does not exist"));
    CHECK(contains(asking.facts_of(2), "limit_source server"));
    CHECK_FALSE(asking.reports[1].wire_log.empty());
    CHECK(asking.reports[0].wire_log.empty());
}

TEST_CASE("a full stop that separates folders is not asked for inside of a name: that would be another mailbox") {
    const Asking asking(kGreeting + R"(
C: TAG LIST "" ""
S: * LIST (\Noselect) "." ""
S: TAG OK
C: TAG GETQUOTA "user.uli@verein.example"
S: * QUOTA user.uli@verein.example (STORAGE 1 2)
S: TAG OK
)" + kFarewell,
                        about({"kim.muster@verein.example", "uli@verein.example"}));
    CHECK(contains(asking.facts_of(0), "failure protocol"));
    CHECK(contains(asking.facts_of(1), "limit_source server"));
}

TEST_CASE("a refused administrator fails for all alike and is asked nothing") {
    const Asking asking(R"(
S: * OK [CAPABILITY IMAP4rev1 AUTH=PLAIN SASL-IR] ready
C: TAG AUTHENTICATE PLAIN *
S: TAG NO [AUTHENTICATIONFAILED] no
)",
                        about({"kim", "uli"}));
    for (const ProbeReport& report : asking.reports)
        CHECK(report.failure()->kind == FailureKind::login_refused);
}

TEST_CASE("what was answered before the server broke off is kept, and the rest is asked over a new connection") {
    const Asking asking({kGreeting + kSlash + R"(
C: TAG GETQUOTA "user/kim"
C: TAG GETQUOTA "user/uli"
C: TAG GETQUOTA "user/ute"
S: * QUOTA user/kim (STORAGE 1 2)
S: TAG OK
CLOSE
)",
                         kGreeting + R"(
C: TAG GETQUOTA "user/ute"
S: * QUOTA user/ute (STORAGE 3 4)
S: TAG OK
C: TAG GETQUOTA "user/uli"
S: * QUOTA user/uli (STORAGE 5 6)
S: TAG OK
)" + kFarewell},
                        about({"kim", "uli", "ute"}));
    CHECK(contains(asking.facts_of(0), "resource STORAGE 1024 2048 bytes user/kim"));
    CHECK(contains(asking.facts_of(1), "resource STORAGE 5120 6144 bytes user/uli"));
    CHECK(contains(asking.facts_of(2), "resource STORAGE 3072 4096 bytes user/ute"));
}

TEST_CASE("one mailbox whose answer breaks every connection fails alone, with what was said about it") {
    const std::string poison = R"(
S: * QUOTA user/uli (STORAGE 5 6)
S: A99 OK an answer to nobody
)";
    const Asking asking({kGreeting + kSlash + R"(
C: TAG GETQUOTA "user/kim"
C: TAG GETQUOTA "user/uli"
C: TAG GETQUOTA "user/ute"
S: * QUOTA user/kim (STORAGE 1 2)
S: TAG OK
)" + poison + "CLOSE\n",
                         kGreeting + R"(
C: TAG GETQUOTA "user/ute"
S: * QUOTA user/ute (STORAGE 3 4)
S: TAG OK
C: TAG GETQUOTA "user/uli"
)" + poison + "CLOSE\n",
                         kGreeting + kFarewell},
                        about({"kim", "uli", "ute"}));
    CHECK(contains(asking.facts_of(0), "limit_source server"));
    CHECK(contains(asking.facts_of(1), "failure protocol"));
    CHECK(contains(asking.facts_of(2), "limit_source server"));
    const std::vector<std::string>& log = asking.reports[1].wire_log;
    const auto says = [&](const std::string& text) {
        return std::any_of(log.begin(), log.end(), [&](const auto& line) { return line.find(text) != line.npos; });
    };
    CHECK(says("GETQUOTA \"user/uli\""));
    CHECK(says("A99 OK an answer to nobody"));
    CHECK_FALSE(says("user/kim"));
    CHECK_FALSE(says("user/ute"));
}

TEST_CASE("a server that wants to be left alone is not asked again at once") {
    const Asking asking(kGreeting + kSlash + R"(
C: TAG GETQUOTA "user/kim"
C: TAG GETQUOTA "user/uli"
S: * QUOTA user/kim (STORAGE 1 2)
S: TAG OK
S: * BYE [UNAVAILABLE] try again later
CLOSE
)",
                        about({"kim", "uli"}));
    CHECK(contains(asking.facts_of(0), "limit_source server"));
    CHECK(contains(asking.facts_of(1), "failure throttled"));
    CHECK(asking.connector.requests().size() == 1);
}

TEST_CASE("a server that breaks every connection is left alone after eight of them") {
    std::vector<std::string> connections(20, kGreeting + "C: TAG GETQUOTA *\nCLOSE\n");
    connections.front() = kGreeting + kSlash + "C: TAG GETQUOTA *\nCLOSE\n";
    const Asking asking(connections, about({"a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l"}));
    CHECK(asking.connector.requests().size() == 9);
    for (const ProbeReport& report : asking.reports)
        CHECK(report.failure() != nullptr);
}

TEST_CASE("every failure has the lines about itself") {
    const Asking asking(kGreeting + kSlash + R"(
C: TAG GETQUOTA "user/kim"
C: TAG GETQUOTA "user/uli"
S: TAG NO not kim
S: TAG NO not uli
C: TAG GETQUOTAROOT "user/kim"
C: TAG GETQUOTAROOT "user/uli"
S: TAG NO nor this of kim
S: TAG NO nor this of uli
)" + kFarewell,
                        about({"kim", "uli"}));
    for (const std::size_t i : {0U, 1U}) {
        std::string log;
        for (const std::string& line : asking.reports[i].wire_log)
            log += line + '\n';
        CHECK_THAT(log, ContainsSubstring(i == 0 ? "nor this of kim" : "nor this of uli"));
        CHECK_THAT(log, !ContainsSubstring(i == 0 ? "uli" : "kim"));
        CHECK_THAT(log, ContainsSubstring("Cyrus IMAP 3.6.1"));
    }
}

TEST_CASE("more questions than fit a flight go in several, and a later break loses only the later ones") {
    std::vector<imap::QuotaQuestion> questions;
    for (int i = 0; i < 250; ++i)
        questions.push_back({.root = "user/box" + std::to_string(i), .limit_bytes = {}});
    std::string script = kGreeting;
    for (int flight = 0; flight < 2; ++flight) {
        for (int i = 0; i < 100; ++i)
            script += "C: TAG GETQUOTA \"user/box" + std::to_string(flight * 100 + i) + "\"\n";
        for (int i = 0; i < 100; ++i)
            script += "S: * QUOTA user/box" + std::to_string(flight * 100 + i) + " (STORAGE 1 2)\nS: TAG OK\n";
    }
    for (int i = 200; i < 250; ++i)
        script += "C: TAG GETQUOTA \"user/box" + std::to_string(i) + "\"\n";
    const Asking asking(script + "STALL\n", questions);
    CHECK(asking.reports[0].snapshot() != nullptr);
    CHECK(asking.reports[199].snapshot() != nullptr);
    REQUIRE(asking.reports[200].failure() != nullptr);
    CHECK(asking.reports[200].failure()->kind == FailureKind::timeout);
    CHECK(asking.reports[249].failure()->kind == FailureKind::timeout);
}

TEST_CASE("the limit of the settings holds where the server tells none") {
    const Asking asking(kGreeting + R"(
C: TAG GETQUOTA "kim"
S: * QUOTA kim ()
S: TAG OK
)" + kFarewell,
                        {{.root = "kim", .limit_bytes = 1000}});
    CHECK(asking.reports[0].snapshot() != nullptr);
    CHECK(asking.reports[0].snapshot()->limit_source != LimitSource::server);
}

TEST_CASE("a server without QUOTA, or without a separator, fails for all") {
    const Asking none(R"(
S: * OK [CAPABILITY IMAP4rev1 AUTH=PLAIN SASL-IR] ready
C: TAG AUTHENTICATE PLAIN *
S: TAG OK [CAPABILITY IMAP4rev1] in
)",
                      about({"kim"}));
    CHECK_THAT(none.reports[0].failure()->detail, ContainsSubstring("no QUOTA"));
    const Asking silent(kGreeting + R"(
C: TAG LIST "" ""
S: TAG NO not for you
)",
                        about({"kim"}));
    CHECK_THAT(silent.reports[0].failure()->detail, ContainsSubstring("separator"));
}
