// Servers that mean harm or are broken: the right failure kind, in bounded time and memory, and never a wrong number.
#include "catch.h"

#include "fakes/dialogue.h"
#include "fakes/fake_clock.h"
#include "fakes/scripted_transport.h"
#include "pop3/probe.h"

#include <algorithm>

using namespace mailquotad;
using namespace mailquotad::fakes;

namespace {

const std::string kGreeting = "S: +OK ready\n";
const std::string kOffer = kGreeting + "C: CAPA\nS: +OK\nS: SASL PLAIN\nS: PIPELINING\nS: .\n";
const std::string kLogin = kOffer + "C: AUTH PLAIN *\nS: +OK in\nC: CAPA\nS: +OK\nS: PIPELINING\nS: .\n";
const std::string kListed = kLogin + "C: STAT\nS: -ERR no\nC: LIST\nC: QUIT\n";

struct Attack {
    std::string name;
    std::string script;
    FailureKind kind;
};

std::vector<Attack> attacks() {
    using enum FailureKind;
    const std::string endless(300'000, 'x');
    return {
        {"a greeting without end", "S~: +OK " + endless, limit},
        {"capabilities without end", kGreeting + "C: CAPA\nS: +OK\nS*10000000: X<n>", limit},
        {"a capability without end", kGreeting + "C: CAPA\nS: +OK\nS~: " + endless, limit},
        {"a STAT without end", kLogin + "C: STAT\nS~: +OK 1 " + endless, limit},
        {"a LIST without end", kListed + "S: +OK\nS*10000000: <n> 1", limit},
        {"more of a LIST than STAT told", kLogin + "C: STAT\nS: +OK 2\nC: LIST\nC: QUIT\nS: +OK\nS*10000000: <n> 1",
         limit},
        {"a line of LIST without end", kListed + "S: +OK\nS~: 1 " + endless, limit},
        {"NUL in the greeting", "S: +OK <x00>", greeting},
        {"NUL in STAT", kLogin + "C: STAT\nS: +OK 1<x00>0 20", protocol},
        {"NUL in LIST", kListed + "S: +OK\nS: 1 2<x00>", protocol},
        {"empty lines instead of an answer", kLogin + "C: STAT\nS*1000: ", protocol},
        {"neither +OK nor -ERR", kLogin + "C: STAT\nS: 3 1024", protocol},
        {"an answer that only begins like +OK", kLogin + "C: STAT\nS: +OKAY 3 1024", protocol},
        {"a STAT without any number", kLogin + "C: STAT\nS: +OK\nC: LIST\nC: QUIT\nS: -ERR no", protocol},
        {"numbers in other digits", kLogin + "C: STAT\nS: +OK 0x3 1e9\nC: LIST\nC: QUIT\nS: -ERR no", protocol},
        {"a size that is none in LIST", kListed + "S: +OK\nS: 1 -5\nS: .", protocol},
        {"an answer before the question", kGreeting + "S: +OK in\nC: CAPA", protocol},
        {"a challenge after the credentials", kOffer + "C: AUTH PLAIN *\nS: + \nC: *\nS: + ", protocol},
        {"a challenge for USER", kGreeting + "C: CAPA\nS: -ERR\nC: USER *\nS: + go on", protocol},
        {"silence before the greeting", "STALL", timeout},
        {"silence after the login", kLogin + "C: STAT\nSTALL", timeout},
        {"silence in a LIST", kListed + "S: +OK\nS: 1 1\nSTALL", timeout},
        {"TLS that breaks", kLogin + "C: STAT\nFAIL tls the record layer is broken", tls},
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

/// The report of a conversation that ends so after `byte` bytes of this step of the server.
ProbeReport probe_cut(const ProbeRequest& request, const std::vector<fakes::ScriptStep>& steps, std::size_t step,
                      std::size_t byte, fakes::ScriptStep::Kind end) {
    std::vector<fakes::ScriptStep> cut(steps.begin(), steps.begin() + static_cast<std::ptrdiff_t>(step));
    cut.push_back(steps[step]);
    cut.back().text.resize(byte);
    cut.push_back({.kind = end, .text = {}, .tag = {}});
    StepsConnector connector(cut);
    const fakes::FakeClock clock;
    return pop3::probe(request, connector, clock, nullptr);
}

std::vector<std::string> numbers(const ProbeReport& report) {
    auto lines = facts(report);
    std::erase_if(lines, [](const std::string& line) { return !line.starts_with("folder "); });
    return lines;
}

/// Cuts every conversation of every dialogue at every byte of the server.
void cut_everywhere(fakes::ScriptStep::Kind end, const std::vector<FailureKind>& allowed) {
    for (const Dialogue& dialogue : all_dialogues(Protocol::pop3)) {
        std::string memory;
        for (const Round& round : dialogue.rounds) {
            const auto steps = fakes::parse_script(round.script);
            StepsConnector whole_connector(steps);
            const fakes::FakeClock clock;
            ProbeRequest request = round.request;
            request.memory = memory;
            const ProbeReport whole = pop3::probe(request, whole_connector, clock, nullptr);
            memory = whole.memory;
            for (std::size_t step = 0; whole.snapshot() != nullptr && step < steps.size(); ++step) {
                const bool is_server = steps[step].kind == fakes::ScriptStep::Kind::server;
                for (std::size_t byte = 0; is_server && byte < steps[step].text.size(); ++byte) {
                    const ProbeReport report = probe_cut(request, steps, step, byte, end);
                    INFO(dialogue.name << " cut at step " << step << ", byte " << byte);
                    if (const ProbeFailure* failure = report.failure()) {
                        CHECK(std::find(allowed.begin(), allowed.end(), failure->kind) != allowed.end());
                    } else {
                        CHECK(numbers(report) == numbers(whole));
                    }
                }
            }
        }
    }
}

ProbeReport probe(const std::string& script, const ProbeRequest& request = default_request(Protocol::pop3)) {
    const fakes::FakeClock clock;
    fakes::ScriptedConnector connector(script);
    return pop3::probe(request, connector, clock, nullptr);
}

} // namespace

TEST_CASE("every attack over POP3 ends as its own kind of failure") {
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

TEST_CASE("a POP3 conversation that ends early at any byte is a failure, or has told everything") {
    using enum FailureKind;
    cut_everywhere(fakes::ScriptStep::Kind::close, {greeting, protocol, tls});
}

TEST_CASE("a POP3 conversation that falls silent at any byte is a timeout, or has told everything") {
    using enum FailureKind;
    cut_everywhere(fakes::ScriptStep::Kind::stall, {timeout, tls});
}

TEST_CASE("a POP3 login or password that would begin another command is not sent") {
    for (const char* text : {"a\r\nDELE 1", "a\nb", "a\rb", ""}) {
        ProbeRequest request = default_request(Protocol::pop3);
        request.password = Secret(text);
        CHECK(probe(kGreeting, request).failure()->kind == FailureKind::credential);
        request = default_request(Protocol::pop3);
        request.username = text;
        CHECK(probe(kGreeting, request).failure()->kind == FailureKind::credential);
    }
    ProbeRequest request = default_request(Protocol::pop3);
    request.authorize_as = std::string("a\0b", 3);
    CHECK(probe(kGreeting, request).failure()->kind == FailureKind::credential);
}

TEST_CASE("the maildrop is released after everything that goes wrong behind the login") {
    for (const char* answer : {"S: what?", "S~: +OK 1 <x00>", "FAIL timeout too late", "CLOSE"}) {
        const fakes::FakeClock clock;
        fakes::ScriptedConnector connector(kLogin + "C: STAT\n" + answer + "\n");
        CHECK(pop3::probe(default_request(Protocol::pop3), connector, clock, nullptr).failure() != nullptr);
        INFO(answer);
        const auto& lines = connector.conversation().lines;
        CHECK(std::count(lines.begin(), lines.end(), "QUIT") <= 1);
        CHECK((lines.back() == "QUIT" || std::string_view(answer).starts_with("FAIL")));
    }
}

TEST_CASE("a probe by POP3 that was cancelled is a timeout") {
    os::Cancellation cancellation;
    cancellation.cancel();
    const fakes::FakeClock clock;
    fakes::ScriptedConnector connector(kLogin);
    const ProbeReport report = pop3::probe(default_request(Protocol::pop3), connector, clock, &cancellation);
    CHECK(report.failure()->kind == FailureKind::timeout);
}
