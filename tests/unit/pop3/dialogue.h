// Dialogue files of tests/dialogues-pop3, written as those of tests/dialogues: a script of
// tests/fakes/scripted_transport.h, what to ask before it, and what must come out after it.
//
//   # server and source          comments, kept with the file
//   SET key=value …              tls (implicit, starttls, plaintext), mechanism, user, password, authorize, plaintext,
//                                limit; `_` in a value stands for a space, `=` alone for none
//   C: … S: …                    the conversation
//   EXPECT                       then all facts of the report but detail, commands, round_trips and not_before, which
//                                are checked where they stand there:
//     limit_source not_told
//     resource STORAGE 1024 2048     used and limit
//     inbox 3 1024                   "-" for what nobody told
//     failure login_refused
//     detail TEXT                    part of the failure's detail
//     commands 4 · round_trips 5 · not_before 900
//   AGAIN                        the next conversation: another probe with what was remembered
#pragma once

#include "core/measurement.h"
#include "core/probe_request.h"

#include <filesystem>
#include <string>
#include <vector>

namespace mailquotad::pop3_test {

/// One conversation of a dialogue file.
struct Round {
    ProbeRequest request;
    std::string script;
    std::vector<std::string> expected;
};

struct Dialogue {
    std::string name;
    std::string comment;
    std::vector<Round> rounds;
};

/// Reads one file. Throws std::invalid_argument for what it does not understand.
Dialogue read_dialogue(const std::filesystem::path& file);

/// All files of tests/dialogues-pop3, by name.
std::vector<Dialogue> all_dialogues();

/// A request as the dialogues use it where SET says nothing else.
ProbeRequest default_request();

/// The facts of a report, one a line, in the form of EXPECT.
std::vector<std::string> facts(const ProbeReport& report);

/// What is wrong with a report, given the EXPECT lines; empty if nothing is.
std::string differences(const ProbeReport& report, const std::vector<std::string>& expected);

/// Lines of the client that are none of the commands that change nothing; empty as it must be.
std::vector<std::string> forbidden_lines(const std::vector<std::string>& lines);

} // namespace mailquotad::pop3_test
