// What fills a mailbox: what is asked, what is counted, and what is not asked again.
#include "catch.h"

#include "fakes/dialogue.h"
#include "fakes/fake_clock.h"
#include "fakes/scripted_transport.h"
#include "imap/seen_before.h"
#include "imap/survey.h"

using namespace mailquotad;

namespace {

const std::string kLogin = "S: * OK [CAPABILITY IMAP4rev1 SASL-IR AUTH=PLAIN] ready\nC: TAG AUTHENTICATE PLAIN *\n"
                           "S: TAG OK [CAPABILITY IMAP4rev1 LIST-STATUS STATUS=SIZE SPECIAL-USE CONDSTORE] in\n";
const std::string kFarewell = "C: TAG LOGOUT\nS: * BYE\n";

struct FolderLine {
    std::string name;
    std::string attributes;
    int messages = 0;
    int uidnext = 1;
    int highestmodseq = 1;
};

std::string numbers(const FolderLine& folder) {
    return "UIDVALIDITY 7 UIDNEXT " + std::to_string(folder.uidnext) + " HIGHESTMODSEQ " +
           std::to_string(folder.highestmodseq);
}

std::string listed(const std::vector<FolderLine>& folders) {
    std::string text = kLogin + "C: TAG LIST \"\" \"*\" RETURN (SPECIAL-USE STATUS (MESSAGES SIZE UIDVALIDITY UIDNEXT "
                                "HIGHESTMODSEQ))\n";
    for (const FolderLine& folder : folders) {
        text += "S: * LIST (" + folder.attributes + ") \"/\" " + folder.name + "\n";
        if (folder.attributes.find("Noselect") == std::string::npos) {
            text += "S: * STATUS " + folder.name + " (MESSAGES " + std::to_string(folder.messages) + " SIZE 1000 " +
                    numbers(folder) + ")\n";
        }
    }
    return text + "S: TAG OK\n";
}

std::string examined(const FolderLine& folder) {
    return "C: TAG EXAMINE \"" + folder.name + "\"\nS: * " + std::to_string(folder.messages) +
           " EXISTS\nS: * OK [UIDVALIDITY 7] x\nS: * OK [UIDNEXT " + std::to_string(folder.uidnext) +
           "] x\nS: * OK [HIGHESTMODSEQ " + std::to_string(folder.highestmodseq) + "] x\nS: TAG OK [READ-ONLY] x\n";
}

std::string fetched(const std::string& range, const std::vector<std::string>& lines) {
    std::string text = "C: TAG UID FETCH " + range + " (UID RFC822.SIZE INTERNALDATE FLAGS)\n";
    for (const std::string& line : lines) {
        text += "S: * 1 FETCH (" + line + ")\n";
    }
    return text + "S: TAG OK done\n";
}

std::string message(int uid, std::int64_t size, const std::string& date = "01-Mar-2024 10:00:00 +0100",
                    const std::string& flags = "\\Seen") {
    return "UID " + std::to_string(uid) + " RFC822.SIZE " + std::to_string(size) + " INTERNALDATE \"" + date +
           "\" FLAGS (" + flags + ")";
}

BinKey bin(int year, unsigned month, std::int64_t size, Mark mark = Mark::plain) {
    return {.month = month_of(std::chrono::year(year) / std::chrono::month(month) / 1),
            .size_class = static_cast<std::int16_t>(size_class_of(size)),
            .mark = mark};
}

/// Surveys that remember each other.
struct Surveyor {
    fakes::FakeClock clock;
    std::string memory;
    Survey known;
    std::vector<std::string> problems;
    std::vector<std::string> forbidden;

    imap::SurveyReport operator()(const std::string& script) {
        fakes::ScriptedConnector connector(script, {.clock = &clock});
        imap::SurveyRequest request{
            .login = fakes::default_request(Protocol::imap), .hash_key = "key", .earlier = known, .progress = {}};
        request.login.timeout = Seconds{10};
        request.login.memory = memory;
        imap::SurveyReport report = imap::survey(request, connector, clock, nullptr);
        memory = report.probe.memory;
        known = report.survey;
        problems = connector.conversation().problems;
        UNSCOPED_INFO((report.probe.failure() != nullptr ? report.probe.failure()->detail : "a snapshot"));
        UNSCOPED_INFO(connector.conversation().report());
        return report;
    }
};

const FolderLine kInbox{.name = "INBOX", .attributes = "", .messages = 3, .uidnext = 11, .highestmodseq = 5};

} // namespace

TEST_CASE("messages are counted by month, size and mark, and the largest are kept") {
    Surveyor survey;
    const FolderLine trash{.name = "Trash", .attributes = "\\Trash", .messages = 1, .uidnext = 2, .highestmodseq = 2};
    const auto report =
        survey(listed({kInbox, trash}) + examined(trash) +
               fetched("1:1", {message(1, 30'000'000, " 9-Dec-2023 23:59:59 -0500", "\\Deleted \\Flagged")}) +
               examined(kInbox) +
               fetched("1:10", {message(2, 5'000), message(5, 5'000),
                                message(9, 2'000'000, "31-Mar-2024 23:30:00 -0500", "\\Flagged")}) +
               kFarewell);
    CHECK(survey.problems.empty());
    REQUIRE(report.probe.snapshot() != nullptr);
    CHECK(report.survey.complete);
    REQUIRE(report.survey.folders.size() == 2);
    const FolderSurvey& inbox = report.survey.folders[0];
    CHECK(inbox.name == "INBOX");
    CHECK(inbox.role == FolderRole::inbox);
    CHECK(inbox.bins == std::map<BinKey, Bin>{{bin(2024, 3, 5'000), {1, 5'000}},
                                              {bin(2024, 3, 5'000, Mark::duplicate), {1, 5'000}},
                                              {bin(2024, 3, 2'000'000, Mark::flagged), {1, 2'000'000}}});
    CHECK(report.survey.folders[1].bins ==
          std::map<BinKey, Bin>{{bin(2023, 12, 30'000'000, Mark::deleted), {1, 30'000'000}}});
    REQUIRE(report.survey.largest.size() == 4);
    CHECK(report.survey.largest[0].role == FolderRole::trash);
    CHECK(format_utc(report.survey.largest[0].date) == "2023-12-10T04:59:59Z");
    CHECK(inbox.key.size() == 16);
    CHECK(inbox.key != report.survey.folders[1].key);
}

TEST_CASE("an unchanged mailbox is not fetched, not even opened") {
    Surveyor survey;
    survey(listed({kInbox}) + examined(kInbox) + fetched("1:10", {message(2, 1), message(5, 2), message(9, 3)}) +
           kFarewell);
    const Survey before = survey.known;
    const auto again = survey(listed({kInbox}) + kFarewell);
    CHECK(survey.problems.empty());
    CHECK(again.survey.complete);
    CHECK(again.survey.folders == before.folders);
    CHECK(again.survey.largest == before.largest);
}

TEST_CASE("only new mail is fetched where only new mail came") {
    Surveyor survey;
    survey(listed({kInbox}) + examined(kInbox) + fetched("1:10", {message(2, 1), message(5, 2), message(9, 3)}) +
           kFarewell);
    const FolderLine now{.name = "INBOX", .attributes = "", .messages = 4, .uidnext = 12, .highestmodseq = 6};
    const auto report = survey(listed({now}) + examined(now) +
                               "C: TAG UID FETCH 1:10 (UID FLAGS) (CHANGEDSINCE 5)\nS: * 1 FETCH (UID 2 FLAGS (\\Seen)"
                               " MODSEQ (6))\nS: TAG OK\n" +
                               fetched("11:11", {message(11, 50'000)}) + kFarewell);
    CHECK(survey.problems.empty());
    CHECK(report.survey.folders.front().total() == Bin{.messages = 4, .size_bytes = 50'006});
    CHECK(report.survey.largest.front().size_bytes == 50'000);
}

TEST_CASE("a folder from which mail went is looked at as a whole, and its largest messages go with it") {
    Surveyor survey;
    survey(listed({kInbox}) + examined(kInbox) + fetched("1:10", {message(2, 1), message(5, 2), message(9, 30)}) +
           kFarewell);
    const FolderLine now{.name = "INBOX", .attributes = "", .messages = 2, .uidnext = 11, .highestmodseq = 6};
    const auto report =
        survey(listed({now}) + examined(now) + fetched("1:10", {message(2, 1), message(5, 2)}) + kFarewell);
    CHECK(survey.problems.empty());
    CHECK(report.survey.folders.front().total() == Bin{.messages = 2, .size_bytes = 3});
    REQUIRE(report.survey.largest.size() == 2);
    CHECK(report.survey.largest.front().size_bytes == 2);
}

TEST_CASE("as many new messages as old ones went are noticed, and all is counted anew") {
    Surveyor survey;
    survey(listed({kInbox}) + examined(kInbox) + fetched("1:10", {message(2, 1), message(5, 2), message(9, 30)}) +
           kFarewell);
    const FolderLine now{.name = "INBOX", .attributes = "", .messages = 3, .uidnext = 13, .highestmodseq = 6};
    const auto report =
        survey(listed({now}) + examined(now) + "C: TAG UID FETCH 1:10 (UID FLAGS) (CHANGEDSINCE 5)\nS: TAG OK\n" +
               fetched("11:12", {message(11, 7), message(12, 8)}) +
               fetched("1:12", {message(2, 1), message(11, 7), message(12, 8)}) + kFarewell);
    CHECK(survey.problems.empty());
    CHECK(report.survey.folders.front().total() == Bin{.messages = 3, .size_bytes = 16});
}

TEST_CASE("a message that was marked as deleted makes the folder be looked at again") {
    Surveyor survey;
    survey(listed({kInbox}) + examined(kInbox) + fetched("1:10", {message(2, 1), message(5, 2), message(9, 3)}) +
           kFarewell);
    FolderLine now = kInbox;
    now.highestmodseq = 9;
    const std::string marked = message(9, 3, "02-Mar-2024 10:00:00 +0000", "\\Deleted");
    const auto report = survey(listed({now}) + examined(now) +
                               "C: TAG UID FETCH 1:10 (UID FLAGS) (CHANGEDSINCE 5)\nS: * 3 FETCH (UID 9 FLAGS "
                               "(\\Deleted) MODSEQ (9))\nS: TAG OK\n" +
                               fetched("1:10", {message(2, 1), message(5, 2), marked}) + kFarewell);
    CHECK(survey.problems.empty());
    CHECK(report.survey.folders.front().sum(Mark::deleted) == Bin{.messages = 1, .size_bytes = 3});
}

TEST_CASE("virtual folders are left out, and so is what cannot be opened") {
    Surveyor survey;
    const FolderLine all{.name = "All", .attributes = "\\All", .messages = 9, .uidnext = 20, .highestmodseq = 9};
    const FolderLine starred{
        .name = "Starred", .attributes = "\\Flagged", .messages = 9, .uidnext = 20, .highestmodseq = 9};
    const FolderLine parent{.name = "Parent", .attributes = "\\Noselect"};
    const FolderLine locked{.name = "Locked", .attributes = "", .messages = 2, .uidnext = 3, .highestmodseq = 9};
    const auto report =
        survey(listed({kInbox, all, starred, parent, locked}) + "C: TAG EXAMINE \"Locked\"\nS: TAG NO [NOPERM] no\n" +
               examined(kInbox) + fetched("1:10", {message(2, 1), message(5, 2), message(9, 3)}) + kFarewell);
    CHECK(survey.problems.empty());
    CHECK(report.survey.complete);
    CHECK(report.survey.total() == Bin{.messages = 3, .size_bytes = 6});
}

TEST_CASE("a survey that runs out of time keeps what it saw and goes on there") {
    Surveyor survey;
    const FolderLine large{
        .name = "INBOX", .attributes = "", .messages = 18'000, .uidnext = 60'001, .highestmodseq = 5};
    const auto window = [](const std::string& range, const std::string& prefix, const std::string& wait) {
        return "C: TAG UID FETCH " + range + " (UID RFC822.SIZE INTERNALDATE FLAGS)\n" + wait + "S*6000: * 1 FETCH (" +
               "UID " + prefix + "<n> RFC822.SIZE 100 INTERNALDATE \"01-Mar-2024 10:00:00 +0000\" FLAGS ())\n" +
               "S: TAG OK done\n";
    };
    const auto first = survey(listed({large}) + examined(large) + window("1:20000", "", "WAIT 4s\n") +
                              window("20001:40000", "9000", "WAIT 4s\n") + kFarewell);
    CHECK(survey.problems.empty());
    REQUIRE(first.probe.snapshot() != nullptr);
    CHECK_FALSE(first.survey.complete);
    CHECK(first.survey.total().messages == 12'000);
    const auto second = survey(listed({large}) + examined(large) + window("40001:60000", "99000", "") + kFarewell);
    CHECK(survey.problems.empty());
    CHECK(second.survey.complete);
    CHECK(second.survey.total() == Bin{.messages = 18'000, .size_bytes = 1'800'000});
    CHECK(second.survey.folders.front().was_moved_at_once());
}

TEST_CASE("what was seen before a connection broke is kept") {
    Surveyor survey;
    const FolderLine trash{.name = "Trash", .attributes = "\\Trash", .messages = 1, .uidnext = 2, .highestmodseq = 2};
    const auto report = survey(
        listed({kInbox, trash}) + examined(trash) + fetched("1:1", {message(1, 30)}) + examined(kInbox) +
        "C: TAG UID FETCH 1:10 (UID RFC822.SIZE INTERNALDATE FLAGS)\nS: * 1 FETCH (" + message(2, 1) + ")\nCLOSE\n");
    CHECK(report.probe.failure() != nullptr);
    CHECK_FALSE(report.survey.complete);
    CHECK(report.survey.total() == Bin{.messages = 1, .size_bytes = 30});
}

TEST_CASE("dates are read as servers write them, and nonsense is no date") {
    const auto at = [](const char* text) {
        const auto date = imap::parse_arrival_date(text);
        return date ? format_utc(date->at) + " " + format_date(date->written_day) : "nothing";
    };
    CHECK(at("17-Jul-1996 02:44:25 -0700") == "1996-07-17T09:44:25Z 1996-07-17");
    CHECK(at(" 1-jan-2024 00:30:00 +0130") == "2023-12-31T23:00:00Z 2024-01-01");
    CHECK(at("1-Jan-2024 00:30:00 +0000") == "2024-01-01T00:30:00Z 2024-01-01");
    for (const char* text :
         {"", "31-Feb-2024 00:00:00 +0000", "257-Jan-2024 00:00:00 +0000", "1-Foo-2024 00:00:00 +0000", "01-Jan-2024",
          "01-Jan-99999999999 00:00:00 +0000", "01-Jan-2024 24:00:00 +0000", "-1-Jan-2024 0:0:0 +0"})
        CHECK(at(text) == "nothing");
}

TEST_CASE("copies are found up to a bound, near copies beyond it, and nothing that was not there") {
    imap::SeenBefore seen(1'000'000);
    int found = 0;
    for (std::uint64_t i = 0; i < 1'000'000; ++i) {
        found += seen.insert(i) ? 1 : 0;
    }
    CHECK(found == 0);
    int near = 0;
    for (std::uint64_t i = 2'000'000; i < 2'010'000; ++i) {
        near += seen.insert(i) ? 1 : 0;
    }
    for (std::uint64_t i = 2'000'000; i < 2'010'000; ++i) {
        near += seen.insert(i) ? 1 : 0;
    }
    CHECK(near == 10'000);
}
