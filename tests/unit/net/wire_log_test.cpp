#include "catch.h"

#include "net/wire_log.h"

using mailquotad::net::WireLog;
using Lines = std::vector<std::string>;

TEST_CASE("the wire log shows who said what, line by line, however it was cut into packets") {
    WireLog log;
    log.note("connected");
    log.received("* OK re");
    log.received("ady\r\n* CAP");
    log.received("ABILITY\r\n");
    log.sent("a NOOP\r\nb LOG");
    log.sent("OUT\r\n");
    log.received("no line end");
    CHECK(log.lines() ==
          Lines{"-- connected", "S: * OK ready", "S: * CAPABILITY", "C: a NOOP", "C: b LOGOUT", "S: no line end"});
}

TEST_CASE("secret writes leave only their length") {
    WireLog log;
    log.sent("a LOGIN kim ");
    log.sent("pass\r\n", true);
    log.sent("b NOOP\r\n");
    CHECK(log.lines() == Lines{"C: a LOGIN kim ", "C: [6 secret bytes]", "C: b NOOP"});
}

TEST_CASE("a known secret is blanked wherever it appears, also when packets cut it") {
    WireLog log;
    log.blank("s3cr\"et");
    log.received("* NO login s3c");
    log.received("r\"et refused\r\n");
    log.received("* NO \"s3cr\\\"et\"\r\n");
    log.received("s3cr\"ets3cr\"et\r\n");
    CHECK(log.lines() == Lines{"S: * NO login [secret] refused", "S: * NO \"[secret]\"", "S: [secret][secret]"});
}

TEST_CASE("a known secret is found in base64 at any alignment, and its whole token is blanked") {
    WireLog log;
    log.blank("hunter2!");
    log.sent("a AUTHENTICATE PLAIN AGtpbQBodW50ZXIyIQ==\r\n"); // NUL kim NUL hunter2!
    log.sent("AGtpbW0AaHVudGVyMiE=\r\n");                      // NUL kimm NUL hunter2!
    log.sent("eABraW0AaHVudGVyMiE\r\n");                       // x NUL kim NUL hunter2!, no padding
    log.sent("aHVudGVyMiE=\r\n");                              // hunter2!
    log.sent("AUTH=aHVudGVyMiE=, x/aHVudGVyMiE=\r\n");         // misaligned by what stands before
    log.sent("SGVsbG8gd29ybGQ=\r\n");                          // Hello world
    CHECK(log.lines() == Lines{"C: a AUTHENTICATE PLAIN [secret]", "C: [secret]", "C: [secret]", "C: [secret]",
                               "C: AUTH=[secret], [secret]", "C: SGVsbG8gd29ybGQ="});
}

TEST_CASE("overlapping secrets leave nothing of either") {
    WireLog log;
    log.blank("abcd");
    log.blank("cdef");
    log.received("xabcdefx\r\n");
    CHECK(log.lines() == Lines{"S: x[secret]x"});
}

TEST_CASE("an empty secret blanks nothing") {
    WireLog log;
    log.blank("");
    log.received("text\r\n");
    CHECK(log.lines() == Lines{"S: text"});
}

TEST_CASE("control characters of a server are escaped in the wire log") {
    WireLog log;
    log.received(std::string("* OK \x1b[31mred\r\nnul \0 end\r\n\0\n", 28));
    CHECK(log.lines()[0] == "S: * OK \\x1b[31mred");
    for (const std::string& line : log.lines()) {
        CHECK(line.find_first_of(std::string("\x1b\0\r\n", 4)) == std::string::npos);
    }
}

TEST_CASE("long lines are cut, and a secret that begins before the cut does not show") {
    const std::size_t start = GENERATE(std::size_t{470}, std::size_t{490}, std::size_t{496}, std::size_t{499});
    WireLog log;
    log.blank("the-long-secret-of-the-mailbox");
    log.received(std::string(start, '.'));
    log.received("the-long-secret-of-the-mailbox");
    log.received(std::string(2'000'000, 'x') + "\r\n* OK\r\n");
    const Lines lines = log.lines();
    REQUIRE(lines.size() == 2);
    CHECK(lines[0].size() <= WireLog::kLineBytes);
    CHECK(lines[0].find("the-") == std::string::npos);
    CHECK(lines[0].ends_with("…"));
    CHECK(lines[1] == "S: * OK");
}

TEST_CASE("a cut does not break a character of UTF-8") {
    WireLog log;
    std::string umlauts;
    for (int i = 0; i < 300; ++i) {
        umlauts += "ü";
    }
    log.received("x" + umlauts + "\n");
    const std::string line = log.lines().front();
    CHECK(line.size() <= WireLog::kLineBytes);
    CHECK(line.ends_with("ü…"));
}

TEST_CASE("of a long conversation the beginning and the end are kept") {
    WireLog log;
    for (int i = 0; i < 100'000; ++i) {
        log.received("* " + std::to_string(i) + " FETCH\r\n");
    }
    const Lines lines = log.lines();
    REQUIRE(lines.size() == WireLog::kHeadLines + WireLog::kTailLines + 1);
    CHECK(lines.front() == "S: * 0 FETCH");
    CHECK(lines[WireLog::kHeadLines] == "-- 99700 lines left out");
    CHECK(lines[WireLog::kHeadLines + 1] == "S: * 99760 FETCH");
    CHECK(lines.back() == "S: * 99999 FETCH");
}
