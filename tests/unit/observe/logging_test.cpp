#include "catch.h"
#include "observe/log_event.h"
#include "observe/logging.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <cstdio>
#include <regex>
#include <stdexcept>

#include <sys/stat.h>
#include <unistd.h>

namespace mailquotad::observe {
namespace {

/// What is written to stderr while this lives.
class CapturedStderr {
public:
    CapturedStderr() : saved_(dup(STDERR_FILENO)) { dup2(fileno(file_), STDERR_FILENO); }
    ~CapturedStderr() {
        dup2(saved_, STDERR_FILENO);
        close(saved_);
        std::fclose(file_);
    }
    CapturedStderr(const CapturedStderr&) = delete;
    CapturedStderr& operator=(const CapturedStderr&) = delete;

    [[nodiscard]] std::string text() const {
        std::string result(static_cast<std::size_t>(lseek(fileno(file_), 0, SEEK_END)), '\0');
        REQUIRE(pread(fileno(file_), result.data(), result.size(), 0) == static_cast<ssize_t>(result.size()));
        return result;
    }

private:
    std::FILE* file_ = std::tmpfile();
    int saved_;
};

} // namespace

TEST_CASE("text from a server cannot forge a log line", "[logging]") {
    const CapturedStderr captured;
    start_logging("info");
    spdlog::warn("server said: {}", "no\r\n2026-11-21 19:00:00 error all is lost\x1b[31m\xE2\x80\xAE");
    const std::string text = captured.text();
    CHECK(std::count(text.begin(), text.end(), '\n') == 1);
    CHECK(text.find('\x1b') == std::string::npos);
    CHECK_THAT(text, ContainsSubstring("warning server said: no\\x0d\\x0a2026"));
    CHECK(std::regex_search(text, std::regex("^[0-9-]{10} [0-9:]{8} warning ")));
}

TEST_CASE("only messages of the level asked for are written", "[logging]") {
    const CapturedStderr captured;
    start_logging("warning");
    spdlog::info("quiet");
    spdlog::error("loud");
    CHECK(captured.text().find("quiet") == std::string::npos);
    CHECK_THAT(captured.text(), ContainsSubstring("error loud"));
}

TEST_CASE("the level changes while the program runs", "[logging]") {
    const CapturedStderr captured;
    start_logging("warning");
    spdlog::info("before");
    set_log_level("info");
    log_event({.event = LogEvent::started, .text = "after"});
    set_log_level("error");
    log_event({.event = LogEvent::started, .text = "again"});
    CHECK(captured.text().find("before") == std::string::npos);
    CHECK_THAT(captured.text(), ContainsSubstring("info after\n"));
    CHECK(captured.text().find("again") == std::string::npos);
    CHECK_THROWS_AS(set_log_level("loud"), std::invalid_argument);
}

TEST_CASE("a message of any size is cut to one that a log can bear", "[logging]") {
    const CapturedStderr captured;
    start_logging("info");
    spdlog::info("{}", std::string(1'000'000, 'x'));
    CHECK(captured.text().size() < 10'000);
    CHECK_THAT(captured.text(), ContainsSubstring(" [cut]\n"));
}

TEST_CASE("an unknown level is refused with the names of those there are", "[logging]") {
    CHECK(is_log_level("debug"));
    CHECK_FALSE(is_log_level("loud"));
    CHECK_FALSE(is_log_level(""));
    CHECK_THROWS_AS(start_logging("loud"), std::invalid_argument);
    CHECK_THROWS_WITH(start_logging("loud"), ContainsSubstring("warning"));
}

TEST_CASE("the journal is used only when stderr is the journal's own stream", "[logging]") {
    struct stat status {};
    REQUIRE(fstat(STDOUT_FILENO, &status) == 0);
    const std::string own = std::to_string(status.st_dev) + ":" + std::to_string(status.st_ino);
    CHECK(is_journal_stream(own, STDOUT_FILENO));
    CHECK_FALSE(is_journal_stream(own + "1", STDOUT_FILENO));
    CHECK_FALSE(is_journal_stream(own + " ", STDOUT_FILENO));
    for (const char* broken : {"", ":", "1", "1:", ":1", "x:y", "-1:1"}) {
        INFO(broken);
        CHECK_FALSE(is_journal_stream(broken, STDOUT_FILENO));
    }
    CHECK_FALSE(is_journal_stream(own, -1));
}

} // namespace mailquotad::observe
