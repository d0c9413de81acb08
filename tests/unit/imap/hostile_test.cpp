// Servers that mean harm or are broken: the right failure kind, in bounded time and memory, and never a wrong number.
#include "catch.h"

#include "fakes/dialogue.h"
#include "fakes/fake_clock.h"
#include "fakes/scripted_transport.h"
#include "imap/probe.h"

#include <algorithm>

using namespace mailquotad;
using namespace mailquotad::fakes;

namespace {

const std::string kGreeting = "S: * OK [CAPABILITY IMAP4rev1 SASL-IR AUTH=PLAIN] ready\n";
const std::string kLogin = kGreeting + "C: TAG AUTHENTICATE PLAIN *\n"
                                       "S: TAG OK [CAPABILITY IMAP4rev1 QUOTA LIST-STATUS STATUS=SIZE] in\n";
const std::string kAsked =
    kLogin + "C: TAG GETQUOTAROOT \"INBOX\"\nC: TAG LIST \"\" \"*\" RETURN (STATUS (MESSAGES SIZE))\n";

ProbeReport probe(const std::string& script, ProbeRequest request = default_request(Protocol::imap)) {
    fakes::FakeClock clock;
    fakes::ScriptedConnector connector(script, {.clock = &clock});
    return imap::probe(request, connector, clock, nullptr);
}

struct Attack {
    std::string name;
    std::string script;
    FailureKind kind;
};

std::vector<Attack> attacks() {
    using enum FailureKind;
    const std::string parentheses(60'000, '(');
    return {
        {"endless untagged lines instead of a login answer",
         kGreeting + "C: TAG AUTHENTICATE PLAIN *\nS*10000000: * XNOISE <n>", limit},
        {"endless untagged lines in the flight", kAsked + "S*10000000: * XNOISE <n>", limit},
        {"endless numbered lines", kAsked + "S*10000000: * <n> EXPUNGE", limit},
        {"endless empty lines", kAsked + "S*10000000: ", limit},
        {"endless folders", kAsked + "S*10000000: * LIST () \"/\" \"folder <n>\"", limit},
        {"the same folder for ever", kAsked + "S*10000000: * LIST () \"/\" INBOX", limit},
        {"endless quota roots", kAsked + "S*10000000: * QUOTA \"root <n>\" (STORAGE 1 2)", limit},
        {"the same quota for ever", kAsked + "S*10000000: * QUOTA \"\" (STORAGE 1 2)", limit},
        {"endless resources", kAsked + "S*10000000: * QUOTA \"\" (R<n> 1 2)", limit},
        {"a literal that is never sent", kAsked + "S: * LIST () \"/\" {4294967296}", limit},
        {"a literal beyond 64 bits", kAsked + "S: * LIST () \"/\" {99999999999999999999}", limit},
        {"a line without end", kAsked + "S~: * LIST () \"/\" " + std::string(300'000, 'x'), limit},
        {"a greeting without end", "S~: * OK " + std::string(300'000, 'x'), limit},
        {"100,000 nested parentheses", kAsked + "S: * LIST (" + parentheses + parentheses, limit},
        {"the tag of another", kAsked + "S: A99 OK", protocol},
        {"a tag twice", kAsked + "S: TAG OK\nS: A2 OK", protocol},
        {"no tag at all", kAsked + "S: what is this", protocol},
        {"neither OK nor NO nor BAD", kAsked + "S: TAG MAYBE", protocol},
        {"a tag and nothing", kAsked + "S: A2", protocol},
        {"NUL in a name", kAsked + "S: * LIST () \"/\" \"a<x00>b\"", protocol},
        {"an answer before the question", kGreeting + "S: A1 OK in\nC: TAG AUTHENTICATE PLAIN *", protocol},
        {"a continuation that nobody awaits", kAsked + "S: + go on", protocol},
        {"a challenge that is no base64",
         "S: * OK [CAPABILITY IMAP4rev1 AUTH=LOGIN LOGINDISABLED] ready\nC: TAG AUTHENTICATE LOGIN\nS: + ###\nC: *\n",
         protocol},
        {"challenges without end",
         "S: * OK [CAPABILITY IMAP4rev1 AUTH=LOGIN LOGINDISABLED] ready\nC: TAG AUTHENTICATE LOGIN\nS: +\nC: *\nS: "
         "+\nC: *\nS: +",
         protocol},
        {"OK before SCRAM's signature",
         "S: * OK [CAPABILITY IMAP4rev1 AUTH=SCRAM-SHA-256 LOGINDISABLED SASL-IR] ready\nC: TAG AUTHENTICATE "
         "SCRAM-SHA-256 *\nS: TAG OK in",
         protocol},
        {"SCRAM with too many rounds",
         "S: * OK [CAPABILITY IMAP4rev1 AUTH=SCRAM-SHA-256 LOGINDISABLED SASL-IR] ready\nC: TAG AUTHENTICATE "
         "SCRAM-SHA-256 *\nS: + cj14LHM9UVE9PSxpPTIwMDAwMDAwMDA=",
         limit},
        {"BYE instead of the greeting", "S: * BYE", greeting},
        {"BYE instead of the login answer", kGreeting + "C: TAG AUTHENTICATE PLAIN *\nS: * BYE\nCLOSE", protocol},
        {"BYE instead of the quota", kAsked + "S: * BYE\nCLOSE", protocol},
        {"BYE after the quota", kAsked + "S: TAG OK\nS: * BYE too many connections\nCLOSE", throttled},
        {"silence before the greeting", "STALL", timeout},
        {"silence in the flight", kAsked + "S: * LIST () \"/\" INBOX\nSTALL", timeout},
        {"TLS that ends in the flight", kAsked + "FAIL tls the record layer is broken", tls},
        {"an end in a literal", kAsked + "S: * LIST () \"/\" {100}\nS~: abc\nCLOSE", protocol},
    };
}

/// Gives transports that play steps as they are.
class StepsConnector final : public net::Connector {
public:
    explicit StepsConnector(std::vector<fakes::ScriptStep> steps) : steps_(std::move(steps)) {}
    std::unique_ptr<net::Transport> connect(const net::ConnectOptions& options) override {
        return std::make_unique<fakes::ScriptedTransport>(steps_, options, fakes::ScriptOptions{});
    }

private:
    std::vector<fakes::ScriptStep> steps_;
};

ProbeReport probe_cut(const Round& round, const std::vector<fakes::ScriptStep>& steps, std::size_t step,
                      std::size_t byte, fakes::ScriptStep::Kind end, const std::string& memory) {
    std::vector<fakes::ScriptStep> cut(steps.begin(), steps.begin() + static_cast<std::ptrdiff_t>(step));
    fakes::ScriptStep half = steps[step];
    if (half.tag.empty()) {
        half.text.resize(byte);
        cut.push_back(half);
    } else if (byte > 0) { // the tag itself is whole, what follows is cut
        half.text.resize(byte);
        cut.push_back(half);
    }
    cut.push_back({.kind = end, .text = {}, .tag = {}});
    StepsConnector connector(cut);
    fakes::FakeClock clock;
    ProbeRequest request = round.request;
    request.memory = memory;
    return imap::probe(request, connector, clock, nullptr);
}

std::vector<std::string> without_cost(std::vector<std::string> lines) {
    std::erase_if(lines, [](const std::string& line) {
        return line.starts_with("commands ") || line.starts_with("round_trips ") || line.starts_with("detail ");
    });
    return lines;
}

/// Cuts every conversation of a dialogue at every byte of the server.
void cut_everywhere(const std::string& name, fakes::ScriptStep::Kind end, const std::vector<FailureKind>& allowed) {
    const Dialogue dialogue = read_dialogue(SOURCE_FOLDER "/tests/dialogues/" + name + ".txt", Protocol::imap);
    std::string memory;
    for (const Round& round : dialogue.rounds) {
        const auto steps = fakes::parse_script(round.script);
        fakes::FakeClock clock;
        StepsConnector whole_connector(steps);
        ProbeRequest request = round.request;
        request.memory = memory;
        const ProbeReport whole = imap::probe(request, whole_connector, clock, nullptr);
        REQUIRE(whole.snapshot() != nullptr);
        for (std::size_t step = 0; step < steps.size(); ++step) {
            const bool is_server = steps[step].kind == fakes::ScriptStep::Kind::server;
            for (std::size_t byte = 0; is_server && byte < steps[step].text.size(); ++byte) {
                const ProbeReport report = probe_cut(round, steps, step, byte, end, memory);
                INFO(name << " cut at step " << step << ", byte " << byte);
                if (const ProbeFailure* failure = report.failure()) {
                    CHECK(std::find(allowed.begin(), allowed.end(), failure->kind) != allowed.end());
                } else if (end == fakes::ScriptStep::Kind::close) {
                    CHECK(without_cost(facts(report)) == without_cost(facts(whole)));
                }
            }
        }
        memory = whole.memory;
    }
}

} // namespace

TEST_CASE("every attack ends as its own kind of failure") {
    for (const Attack& attack : attacks()) {
        const ProbeReport report = probe(attack.script);
        INFO(attack.name);
        REQUIRE(report.failure() != nullptr);
        INFO(report.failure()->detail);
        CHECK(report.failure()->kind == attack.kind);
        CHECK(report.cost.bytes_received < (48 << 20));
        CHECK(report.failure()->detail.size() < 1000);
    }
}

TEST_CASE("a conversation that ends early is a failure, or has told everything") {
    using enum FailureKind;
    cut_everywhere("dovecot-2.3-first-and-second", fakes::ScriptStep::Kind::close, {greeting, protocol});
    cut_everywhere("courier-no-list-status", fakes::ScriptStep::Kind::close, {greeting, protocol});
    cut_everywhere("starttls", fakes::ScriptStep::Kind::close, {greeting, protocol, tls});
}

TEST_CASE("a conversation that falls silent is a timeout, or has told everything") {
    using enum FailureKind;
    cut_everywhere("dovecot-2.3-first-and-second", fakes::ScriptStep::Kind::stall, {timeout});
}

TEST_CASE("nested parentheses within a line are skipped without recursion") {
    const std::string deep(30'000, '(');
    const std::string closed(30'000, ')');
    const ProbeReport report = probe(kAsked + "S: * LIST (" + deep + closed +
                                     ") \"/\" INBOX\nS: * STATUS INBOX (MESSAGES 1 SIZE 2)\n"
                                     "S: TAG OK\nS: TAG OK\nC: TAG LOGOUT\nS: * BYE\n");
    REQUIRE(report.snapshot() != nullptr);
    CHECK(report.snapshot()->folders.size() == 1);
}

TEST_CASE("a login or password that would begin another command is not sent") {
    for (const char* text : {"a\r\nb", "a\nb", "a\rb"}) {
        ProbeRequest request = default_request(Protocol::imap);
        request.password = Secret(text);
        const ProbeReport report = probe(kGreeting, request);
        REQUIRE(report.failure() != nullptr);
        CHECK(report.failure()->kind == FailureKind::credential);
    }
    ProbeRequest request = default_request(Protocol::imap);
    request.username = std::string("a\0b", 3);
    CHECK(probe(kGreeting, request).failure()->kind == FailureKind::credential);
    request = default_request(Protocol::imap);
    request.password = Secret("");
    CHECK(probe(kGreeting, request).failure()->kind == FailureKind::credential);
}

TEST_CASE("a folder name with a line end inside is listed and never sent back") {
    const ProbeReport report =
        probe(kLogin + "C: TAG GETQUOTAROOT \"INBOX\"\nC: TAG LIST *\n"
                       "S: TAG OK\nS: * LIST () \"/\" {12}\nS: x<x0d><x0a>A7 DELETE\nS: * LIST () \"/\" INBOX\n"
                       "S: * STATUS INBOX (MESSAGES 1 SIZE 2)\nS: TAG OK\nC: TAG LOGOUT\nS: * BYE\n");
    REQUIRE(report.snapshot() != nullptr);
    CHECK(report.snapshot()->folders.front().name == "x\r\nA7 DELETE");
    CHECK_FALSE(report.snapshot()->folders.front().messages);
}

TEST_CASE("a memory that does not fit is forgotten after a failure") {
    ProbeRequest request = default_request(Protocol::imap);
    const ProbeReport first = probe(kAsked + "S: TAG OK\nS: * LIST () \"/\" INBOX\nS: * STATUS INBOX (MESSAGES 1 SIZE "
                                             "2)\nS: TAG OK\nC: TAG LOGOUT\nS: * BYE\n");
    REQUIRE(first.snapshot() != nullptr);
    request.memory = first.memory;
    const ProbeReport second = probe(kAsked + "C: TAG LOGOUT\nS: TAG BAD\nS: TAG BAD\nS: * BYE\n", request);
    REQUIRE(second.failure() != nullptr);
    CHECK(second.failure()->kind == FailureKind::protocol);
    request.memory = second.memory;
    const ProbeReport third =
        probe(kAsked + "S: TAG BAD\nS: TAG BAD\nC: TAG LIST \"\" \"*\"\nS: * LIST () \"/\" INBOX\nS: TAG OK\n"
                       "C: TAG STATUS \"INBOX\" (MESSAGES SIZE)\nS: * STATUS INBOX (MESSAGES 1 SIZE 2)\nS: TAG OK\nC: "
                       "TAG LOGOUT\nS: * BYE\n",
              request);
    REQUIRE(third.snapshot() != nullptr);
    CHECK(third.snapshot()->limit_source == LimitSource::not_told);
}
