#include "catch.h"

#include "fakes/scripted_transport.h"
#include "imap/response_reader.h"

using namespace mailquotad;

namespace {

/// All responses of a script, and the kind that ended them.
struct Heard {
    std::vector<std::string> responses;
    FailureKind end = FailureKind::internal;
};

Heard hear(const std::string& script, std::size_t chunk = SIZE_MAX) {
    fakes::ScriptedTransport transport(script, true, {.chunk = chunk});
    imap::Budget budget;
    imap::ResponseReader reader(transport, budget);
    Heard heard;
    try {
        while (heard.responses.size() < 100) {
            heard.responses.emplace_back(reader.next());
        }
    } catch (const net::NetError& error) {
        heard.end = error.kind();
    }
    return heard;
}

using Texts = std::vector<std::string>;

} // namespace

TEST_CASE("responses are cut at line ends, with literals inside") {
    for (const std::size_t chunk : {SIZE_MAX, std::size_t{1}, std::size_t{3}}) {
        const Heard heard =
            hear("S: * ONE\nS: * LIST () {5}\nS: a<x0d><x0a>bc {3+}\nS: xyz end\nS~: bare<x0a>\nCLOSE", chunk);
        CHECK(heard.responses == Texts{"* ONE", "* LIST () {5}\r\na\r\nbc {3}\r\nxyz end", "bare"});
        CHECK(heard.end == FailureKind::protocol);
    }
}

TEST_CASE("what a literal holds is never taken for another literal") {
    const Heard heard = hear("S: * LIST () {7}\nS~: foo {9}\nS:  tail\nS: * NEXT\nCLOSE");
    CHECK(heard.responses == Texts{"* LIST () {7}\r\nfoo {9} tail", "* NEXT"});
    const Heard at_end = hear("S: * LIST () {7}\nS: foo {9}\nS: * NEXT\nCLOSE");
    CHECK(at_end.responses == Texts{"* LIST () {7}\r\nfoo {9}", "* NEXT"});
}

TEST_CASE("a literal that ends with CR keeps it, also before a bare line feed") {
    const Heard heard = hear("S~: * LIST () {4}<x0d><x0a>abc<x0d><x0a>* NEXT<x0d><x0a>\nCLOSE");
    CHECK(heard.responses == Texts{"* LIST () {4}\r\nabc\r", "* NEXT"});
}

TEST_CASE("free text that looks like a literal is text") {
    const Heard heard = hear("S: * OK see {5}\nS: * no {7}\nS: A1 OK {9}\nS: + {3}\nS: * BYE\nCLOSE");
    CHECK(heard.responses == Texts{"* OK see {5}", "* no {7}", "A1 OK {9}", "+ {3}", "* BYE"});
}

TEST_CASE("lines, literals and responses have limits") {
    const std::string long_text(20'000, 'x');
    std::string line = "S~: * X ";
    for (int i = 0; i < 4; ++i) {
        line += "\nS~: " + long_text;
    }
    CHECK(hear(line + "\nCLOSE").end == FailureKind::limit);
    CHECK(hear("S: * LIST () \"/\" {65537}\nCLOSE").end == FailureKind::limit);
    CHECK(hear("S: * LIST () \"/\" {99999999999999999999999}\nCLOSE").end == FailureKind::limit);
    std::string bomb;
    for (int i = 0; i < 20; ++i) {
        bomb += "S: " + std::string(i == 0 ? "* LIST () " : "") + " {20000}\nS~: " + long_text + "\n";
    }
    CHECK(hear(bomb + "CLOSE").end == FailureKind::limit);
}

TEST_CASE("a NUL byte and an early end break the protocol") {
    CHECK(hear("S: * OK a<x00>b\nCLOSE").end == FailureKind::protocol);
    CHECK(hear("S: * LIST () {5}\nS~: ab\nCLOSE").end == FailureKind::protocol);
    CHECK(hear("S~: * half\nCLOSE").end == FailureKind::protocol);
    CHECK(hear("CLOSE").end == FailureKind::protocol);
}

TEST_CASE("a probe keeps no more than 2 MiB") {
    imap::Budget budget;
    budget.charge(imap::Budget::kMaxBytes);
    CHECK_THROWS_AS(budget.charge(1), net::NetError);
    CHECK(budget.used() == imap::Budget::kMaxBytes);
}
