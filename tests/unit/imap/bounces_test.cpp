// The search for mails that came back: which commands go out, and what the answers mean.
#include "catch.h"

#include "fakes/dialogue.h"
#include "fakes/scripted_transport.h"
#include "imap/bounces.h"

using namespace mailquotad;
using namespace mailquotad::fakes;

namespace {

const std::string kLogin = "S: * OK [CAPABILITY IMAP4rev1 SASL-IR AUTH=PLAIN] ready\n"
                           "C: TAG AUTHENTICATE PLAIN *\n"
                           "S: TAG OK [CAPABILITY IMAP4rev1] in\n"
                           "C: TAG EXAMINE \"INBOX\"\n"
                           "S: * OK [UIDVALIDITY 7] valid\n"
                           "S: TAG OK [READ-ONLY] done\n";
const std::string kReports = " SINCE 14-Nov-2026 OR HEADER Content-Type \"delivery-status\" FROM \"mailer-daemon\""
                             " NOT BODY \"Action: delayed\" NOT SUBJECT \"delayed\"\n";
const std::string kBye = "C: TAG LOGOUT\nS: * BYE bye\nS: TAG OK bye\n";

struct Played {
    imap::BounceReport report;
    std::vector<std::string> problems;
    std::vector<std::string> forbidden;
};

Played play(const std::string& script, std::vector<imap::BounceQuestion> questions, const std::string& memory = "") {
    imap::BounceSearch search;
    search.request = default_request(Protocol::imap);
    search.request.memory = memory;
    search.since = std::chrono::year(2026) / 11 / 14;
    search.questions = std::move(questions);
    ScriptedConnector connector(script, {});
    Played played{.report = imap::search_bounces(search, connector, nullptr), .problems = {}, .forbidden = {}};
    played.problems = connector.conversation().problems;
    played.forbidden = forbidden_lines(Protocol::imap, connector.conversation().lines);
    return played;
}

} // namespace

TEST_CASE("one search tells that nothing came back") {
    const auto played = play(kLogin + "C: TAG UID SEARCH UID 1:*" + kReports + "S: * SEARCH\nS: TAG OK done\n" + kBye,
                             {{.message_id = "kim.1.1.ab@verein.example", .recipients = {"kim@privat.example"}}});
    CHECK(played.problems == std::vector<std::string>{});
    CHECK(played.forbidden == std::vector<std::string>{});
    CHECK_FALSE(played.report.failure);
    CHECK(played.report.bounces.empty());
    CHECK(played.report.memory == "1 7 1");
}

TEST_CASE("a report that holds our Message-ID is a bounce, and is looked into once") {
    const auto played =
        play(kLogin + "C: TAG UID SEARCH UID 5:*" + kReports +
                 "S: * SEARCH 4 9 6\nS: TAG OK done\n"
                 "C: TAG UID SEARCH UID 6,9 TEXT \"kim.1.1.ab@verein.example\"\n"
                 "S: * SEARCH 9\nS: TAG OK done\n"
                 "C: TAG UID SEARCH UID 9 OR BODY \"5.2.2\" BODY \"4.2.2\"\n"
                 "S: * SEARCH 9\nS: TAG OK done\n"
                 "C: TAG UID SEARCH UID 9 TEXT \"rfc822; kim@privat.example\"\n"
                 "S: * SEARCH\nS: TAG OK done\n"
                 "C: TAG UID SEARCH UID 9 TEXT \"rfc822;kim@privat.example\"\n"
                 "S: TAG OK done\n" // some leave an empty answer out
                 "C: TAG UID SEARCH UID 9 TEXT \"rfc822; kim@work.example\"\n"
                 "S: * SEARCH 9\nS: TAG OK done\n"
                 "C: TAG UID SEARCH UID 6,9 TEXT \"alex.1.1.cd@verein.example\"\n"
                 "S: * SEARCH\nS: TAG OK done\n" +
                 kBye,
             {{.message_id = "kim.1.1.ab@verein.example", .recipients = {"kim@privat.example", "kim@work.example"}},
              {.message_id = "alex.1.1.cd@verein.example", .recipients = {}}},
             "1 7 5");
    CHECK(played.problems == std::vector<std::string>{});
    CHECK(played.forbidden == std::vector<std::string>{});
    REQUIRE(played.report.bounces.size() == 1);
    CHECK(played.report.bounces[0].message_id == "kim.1.1.ab@verein.example");
    CHECK(played.report.bounces[0].recipients == std::vector<std::string>{"kim@work.example"});
    CHECK(played.report.bounces[0].no_room);
    CHECK(played.report.memory == "1 7 10");
}

TEST_CASE("a new UIDVALIDITY begins anew, and a refused search is a failure that forgets nothing") {
    const std::string whole = kLogin + "C: TAG UID SEARCH UID 1:*" + kReports;
    CHECK(play(whole + "S: * SEARCH\nS: TAG OK done\n" + kBye, {}, "1 3 900").report.memory == "1 7 1");
    const auto refused = play(whole + "S: TAG BAD what\n", {}, "1 3 900");
    REQUIRE(refused.report.failure);
    CHECK(refused.report.failure->kind == FailureKind::protocol);
    CHECK(refused.report.memory == "1 3 900");
}
