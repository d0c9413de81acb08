// Every dialogue of tests/dialogues-pop3 through the real probe.
#include "catch.h"

#include "fakes/dialogue.h"
#include "fakes/fake_clock.h"
#include "fakes/scripted_transport.h"
#include "pop3/probe.h"

#include <algorithm>

using namespace mailquotad;
using namespace mailquotad::fakes;

namespace {

void check_discretion(const Round& round, const fakes::Conversation& conversation, const ProbeReport& report) {
    CHECK(forbidden_lines(Protocol::pop3, conversation.lines) == std::vector<std::string>{});
    CHECK(conversation.closed);
    CHECK((report.wire_log.empty() || report.failure() != nullptr));
    if (!round.request.allow_plaintext) {
        for (const char* word : {"USER", "PASS", "AUTH"}) {
            CHECK(conversation.sent_unprotected.find(word) == std::string::npos);
        }
    }
    for (const std::string& line : report.wire_log) {
        CHECK(line.find(std::string(round.request.password.reveal())) == std::string::npos);
        CHECK(line.find("Z2VoZWlt") == std::string::npos);
    }
    CHECK(report.memory.find(round.request.username) == std::string::npos);
}

/// Whether a STAT or LIST went out, that is, a login was accepted.
bool was_logged_in(const std::vector<std::string>& lines) {
    return std::find(lines.begin(), lines.end(), "STAT") != lines.end();
}

void play(const Dialogue& dialogue, std::size_t chunk) {
    std::string memory;
    fakes::FakeClock clock;
    for (std::size_t i = 0; i < dialogue.rounds.size(); ++i) {
        Round round = dialogue.rounds[i];
        round.request.memory = memory;
        fakes::ScriptedConnector connector(round.script, {.chunk = chunk, .clock = &clock});
        const ProbeReport report = pop3::probe(round.request, connector, clock, nullptr);
        memory = report.memory;
        INFO("dialogue " << dialogue.name << ", conversation " << i + 1 << ", read by " << chunk);
        const auto& conversation = connector.conversation();
        CHECK(differences(report, round.expected) == "");
        CHECK(conversation.problems == std::vector<std::string>{});
        CHECK((conversation.finished || report.failure() != nullptr));
        CHECK(was_logged_in(conversation.lines) ==
              (!conversation.lines.empty() && conversation.lines.back() == "QUIT"));
        check_discretion(round, conversation, report);
    }
}

} // namespace

TEST_CASE("every dialogue gives the report that it expects") {
    const auto dialogues = all_dialogues(Protocol::pop3);
    CHECK(dialogues.size() >= 30);
    for (const Dialogue& dialogue : dialogues) {
        CHECK(dialogue.comment.size() > 10);
        play(dialogue, SIZE_MAX);
    }
}

TEST_CASE("every dialogue gives the same report when it arrives byte by byte") {
    for (const Dialogue& dialogue : all_dialogues(Protocol::pop3)) {
        play(dialogue, 1);
    }
}

TEST_CASE("every dialogue gives the same report when it arrives in odd pieces") {
    for (const Dialogue& dialogue : all_dialogues(Protocol::pop3)) {
        play(dialogue, 7);
    }
}
