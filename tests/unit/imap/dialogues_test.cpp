// Every dialogue of tests/dialogues through the real probe.
#include "catch.h"

#include "fakes/dialogue.h"
#include "fakes/fake_clock.h"
#include "fakes/scripted_transport.h"
#include "imap/probe.h"

using namespace mailquotad;
using namespace mailquotad::fakes;

namespace {

void play(const Dialogue& dialogue, std::size_t chunk) {
    std::string memory;
    fakes::FakeClock clock;
    for (std::size_t i = 0; i < dialogue.rounds.size(); ++i) {
        Round round = dialogue.rounds[i];
        round.request.memory = memory;
        fakes::ScriptedConnector connector(round.script, {.chunk = chunk, .clock = &clock});
        const ProbeReport report = imap::probe(round.request, connector, clock, nullptr);
        memory = report.memory;
        INFO("dialogue " << dialogue.name << ", conversation " << i + 1 << ", read by " << chunk);
        const auto& conversation = connector.conversation();
        CHECK(differences(report, round.expected) == "");
        CHECK(conversation.problems == std::vector<std::string>{});
        const bool said_farewell = !conversation.lines.empty() && conversation.lines.back().ends_with(" LOGOUT");
        CHECK((said_farewell || conversation.finished || report.failure() != nullptr));
        CHECK(conversation.closed);
        CHECK(forbidden_lines(Protocol::imap, conversation.lines) == std::vector<std::string>{});
        CHECK((report.wire_log.empty() || report.failure() != nullptr));
        if (!round.request.allow_plaintext) {
            CHECK(conversation.sent_unprotected.find("LOGIN") == std::string::npos);
            CHECK(conversation.sent_unprotected.find("AUTHENTICATE") == std::string::npos);
        }
        for (const std::string& line : report.wire_log) {
            CHECK(line.find(std::string(round.request.password.reveal())) == std::string::npos);
        }
    }
}

} // namespace

TEST_CASE("every dialogue gives the report that it expects") {
    const auto dialogues = all_dialogues(Protocol::imap);
    CHECK(dialogues.size() >= 40);
    for (const Dialogue& dialogue : dialogues) {
        CHECK(dialogue.comment.size() > 10);
        play(dialogue, SIZE_MAX);
    }
}

TEST_CASE("every dialogue gives the same report when it arrives byte by byte") {
    for (const Dialogue& dialogue : all_dialogues(Protocol::imap)) {
        play(dialogue, 1);
    }
}

TEST_CASE("every dialogue gives the same report when it arrives in odd pieces") {
    for (const Dialogue& dialogue : all_dialogues(Protocol::imap)) {
        play(dialogue, 7);
    }
}
