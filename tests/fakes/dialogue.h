// Dialogue files of tests/dialogues (IMAP) and tests/dialogues-pop3: a script of tests/fakes/scripted_transport.h, what
// to ask, and what must come out.
//
//   # server and source          comments, kept with the file
//   SET key=value …              before the script: tls (implicit, starttls, plaintext), mechanism, user, password,
//                                authorize, plaintext, limit, timeout; `_` in a value stands for a space
//   C: … S: …                    the conversation
//   EXPECT                       then one line for each fact of the report:
//     limit_source server          (with resource and folder lines: all of them, in order)
//     resource STORAGE 1024 2048 bytes ROOT      "-" for no limit; the root is the rest of the line
//     folder inbox 3 1024 INBOX                  "-" for what nobody told; the name is the rest of the line
//     failure login_refused
//     detail TEXT                  part of the failure's detail
//     commands 4 · round_trips 5 · not_before 900   only checked where they stand there
//   AGAIN                        the next conversation: another probe with what was remembered
#pragma once

#include "core/measurement.h"
#include "core/probe_request.h"

#include <filesystem>
#include <string>
#include <vector>

namespace mailquotad::fakes {

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

/// Reads one file of a protocol. Throws std::invalid_argument for what it does not understand.
Dialogue read_dialogue(const std::filesystem::path& file, Protocol protocol);

/// All files of the protocol's folder, by name.
std::vector<Dialogue> all_dialogues(Protocol protocol);

/// A request as the dialogues use it where SET says nothing else.
ProbeRequest default_request(Protocol protocol);

/// The facts of a report, one a line, in the form of EXPECT.
std::vector<std::string> facts(const ProbeReport& report);

/// What is wrong with a report, given the EXPECT lines; empty if nothing is.
std::string differences(const ProbeReport& report, const std::vector<std::string>& expected);

/// Lines of a client of IMAP or POP3 that are no command of DESIGN's list; empty as it must be.
std::vector<std::string> forbidden_lines(Protocol protocol, const std::vector<std::string>& lines);

} // namespace mailquotad::fakes
