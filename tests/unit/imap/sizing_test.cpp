// Folders too large for one probe: what was sized is kept, the next probe goes on.
#include "catch.h"

#include "fakes/dialogue.h"
#include "fakes/fake_clock.h"
#include "fakes/scripted_transport.h"
#include "imap/probe.h"

using namespace mailquotad;
using namespace mailquotad::fakes;

namespace {

const std::string kLogin = "S: * OK [CAPABILITY IMAP4rev1 SASL-IR AUTH=PLAIN] ready\nC: TAG AUTHENTICATE PLAIN *\n"
                           "S: TAG OK [CAPABILITY IMAP4rev1] in\n";
const std::string kFarewell = "C: TAG LOGOUT\nS: * BYE\n";

std::string listed(const std::string& messages, const std::string& uidnext) {
    return kLogin +
           "C: TAG LIST \"\" \"*\"\nS: * LIST () \"/\" INBOX\nS: TAG OK\n"
           "C: TAG STATUS \"INBOX\" (MESSAGES UIDVALIDITY UIDNEXT)\nS: * STATUS INBOX (MESSAGES " +
           messages + " UIDVALIDITY 1 UIDNEXT " + uidnext + ")\nS: TAG OK\n";
}

std::string examined(const std::string& messages, const std::string& uidnext) {
    return "C: TAG EXAMINE \"INBOX\"\nS: * " + messages + " EXISTS\nS: * OK [UIDVALIDITY 1] x\nS: * OK [UIDNEXT " +
           uidnext + "] x\nS: TAG OK [READ-ONLY] x\n";
}

// UIDs ascend from one window to the next by their prefix: 1…6000, 90001…906000, 9900001….
std::string window(const std::string& range, const std::string& prefix, int count = 6000,
                   const std::string& wait = "") {
    return "C: TAG UID FETCH " + range + " (UID RFC822.SIZE)\n" + wait + "S*" + std::to_string(count) +
           ": * 1 FETCH (UID " + prefix + "<n> RFC822.SIZE 100)\nS: TAG OK done\n";
}

struct Prober {
    fakes::FakeClock clock;
    std::string memory;
    std::vector<std::string> problems;
    Seconds timeout{10};
    ProbeReport operator()(const std::string& script) {
        fakes::ScriptedConnector connector(script, {.clock = &clock});
        ProbeRequest request = default_request(Protocol::imap);
        request.timeout = timeout;
        request.memory = memory;
        ProbeReport report = imap::probe(request, connector, clock, nullptr);
        memory = report.memory;
        problems = connector.conversation().problems;
        UNSCOPED_INFO((report.failure() != nullptr ? report.failure()->detail : "a snapshot"));
        UNSCOPED_INFO(connector.conversation().report());
        return report;
    }
};

} // namespace

TEST_CASE("sizing stops before the deadline, says goodbye, and goes on at the next probe") {
    Prober prober;
    const ProbeReport first =
        prober(listed("18000", "60001") + examined("18000", "60001") + window("1:20000", "", 6000, "WAIT 4s\n") +
               window("20001:40000", "9000", 6000, "WAIT 4s\n") + kFarewell);
    CHECK(prober.problems.empty());
    REQUIRE(first.snapshot() != nullptr);
    CHECK(first.snapshot()->folders.front().messages == 18000);
    CHECK_FALSE(first.snapshot()->folders.front().size_bytes);
    const ProbeReport second =
        prober(listed("18000", "60001") + examined("18000", "60001") + window("40001:60000", "99000") + kFarewell);
    CHECK(prober.problems.empty());
    REQUIRE(second.snapshot() != nullptr);
    CHECK(second.snapshot()->folders.front().size_bytes == 1'800'000);
    const ProbeReport third = prober(listed("18000", "60001") + kFarewell);
    CHECK(prober.problems.empty());
    REQUIRE(third.snapshot() != nullptr);
    CHECK(third.snapshot()->folders.front().size_bytes == 1'800'000);
}

TEST_CASE("a timeout inside a window loses that window only, and the next one is smaller") {
    Prober prober;
    const ProbeReport first =
        prober(listed("18000", "60001") + examined("18000", "60001") + window("1:20000", "") +
               "C: TAG UID FETCH 20001:40000 (UID RFC822.SIZE)\nS: * 1 FETCH (UID 20001 RFC822.SIZE 1)\nSTALL\n");
    REQUIRE(first.snapshot() != nullptr);
    CHECK_FALSE(first.snapshot()->folders.front().size_bytes);
    const ProbeReport second =
        prober(listed("12000", "60001") + examined("12000", "60001") + window("20001:25000", "9000") +
               window("25001:30000", "", 0) + window("30001:40000", "", 0) + window("40001:60000", "", 0) + kFarewell);
    CHECK(prober.problems.empty());
    REQUIRE(second.snapshot() != nullptr);
    CHECK(second.snapshot()->folders.front().size_bytes == 1'200'000);
}

TEST_CASE("gaps between UIDs are crossed in ever larger windows") {
    Prober prober;
    const ProbeReport report = prober(
        listed("3000", "4294967295") + examined("3000", "4294967295") + window("1:20000", "", 3000) +
        window("20001:60000", "", 0) + window("60001:140000", "", 0) + window("140001:300000", "", 0) +
        window("300001:620000", "", 0) + window("620001:1260000", "", 0) + window("1260001:2540000", "", 0) +
        window("2540001:5100000", "", 0) + window("5100001:10220000", "", 0) + window("10220001:20460000", "", 0) +
        window("20460001:40940000", "", 0) + window("40940001:81900000", "", 0) + window("81900001:163820000", "", 0) +
        window("163820001:327660000", "", 0) + window("327660001:655340000", "", 0) +
        window("655340001:1310700000", "", 0) + window("1310700001:2621420000", "", 0) +
        window("2621420001:4294967294", "", 0) + kFarewell);
    CHECK(prober.problems == std::vector<std::string>{});
    REQUIRE(report.snapshot() != nullptr);
    CHECK(report.snapshot()->folders.front().size_bytes == 300'000);
}

TEST_CASE("a probe that is cancelled is a failure, not half a result") {
    os::Cancellation cancellation;
    cancellation.cancel();
    fakes::FakeClock clock;
    fakes::ScriptedConnector connector(listed("18000", "60001"), {.clock = &clock});
    const ProbeReport report = imap::probe(default_request(Protocol::imap), connector, clock, &cancellation);
    REQUIRE(report.failure() != nullptr);
    CHECK(report.failure()->kind == FailureKind::timeout);
}

TEST_CASE("a million messages are added up without keeping them") {
    Prober prober;
    prober.timeout = Seconds{600}; // the deadline of the connection is in real time, on whatever machine
    const ProbeReport report = prober(
        listed("1000000", "1000001") + examined("1000000", "0") +
        "C: TAG UID FETCH 1:* (UID RFC822.SIZE)\nS*1000000: * 1 FETCH (UID <n> RFC822.SIZE 5000000000)\nS: TAG OK\n" +
        kFarewell);
    REQUIRE(report.snapshot() != nullptr);
    CHECK(report.snapshot()->folders.front().size_bytes == 5'000'000'000'000'000);
}
