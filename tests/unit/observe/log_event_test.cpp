#include "catch.h"
#include "observe/log_event.h"
#include "observe/log_sinks.h"

#include <algorithm>
#include <set>

namespace mailquotad::observe {
namespace {

using std::chrono::minutes;

/// A sink with a journal that one can look into.
struct Journal {
    std::vector<JournalFields> entries;
    EventSink sink{[this](const JournalFields& fields) { entries.push_back(fields); }};
    RepeatLimiter::Moment now{};

    void say(const std::string& mailbox, const std::string& text, LogEvent event = LogEvent::probe_failed) {
        sink.log({.event = event, .text = text, .mailbox = mailbox, .server = "qloc"}, spdlog::level::warn, now);
    }
    [[nodiscard]] std::string last(const std::string& name) const {
        for (const std::string& field : entries.back()) {
            if (field.starts_with(name + '='))
                return field.substr(name.size() + 1);
        }
        return "(none)";
    }
};

} // namespace

TEST_CASE("an event has its fields in the journal, and its text is harmless", "[log]") {
    Journal journal;
    journal.say("kim", "kim: tls: no\nMESSAGE=forged\x1b[31m");
    CHECK(journal.last("MESSAGE") == "kim: tls: no\\x0aMESSAGE=forged\\x1b[31m");
    CHECK(journal.last("PRIORITY") == "4");
    CHECK(journal.last("SYSLOG_IDENTIFIER") == "mailquotad");
    CHECK(journal.last("MAILQUOTAD_EVENT") == "probe_failed");
    CHECK(journal.last("MESSAGE_ID") == message_id(LogEvent::probe_failed));
    CHECK(journal.last("MAILQUOTAD_MAILBOX") == "kim");
    CHECK(journal.last("MAILQUOTAD_SERVER") == "qloc");
    CHECK(journal.last("CODE_FILE") == "(none)");
    journal.say("", "the clock moved", LogEvent::clock_jumped);
    CHECK(journal.last("MAILQUOTAD_MAILBOX") == "(none)");
}

TEST_CASE("a plain line has no event", "[log]") {
    Journal journal;
    journal.sink.log(spdlog::details::log_msg("x", spdlog::level::info, "plain"));
    CHECK(journal.last("MESSAGE") == "plain");
    CHECK(journal.last("PRIORITY") == "6");
    CHECK(journal.last("MESSAGE_ID") == "(none)");
}

TEST_CASE("every event has a name and an identification of its own", "[log]") {
    std::set<std::string_view> names;
    std::set<std::string_view> ids;
    for (int i = 0; i < kLogEvents; ++i) {
        const auto event = static_cast<LogEvent>(i);
        names.insert(to_string(event));
        ids.insert(message_id(event));
        CHECK(message_id(event).size() == 32);
        CHECK(message_id(event).find_first_not_of("0123456789abcdef") == std::string_view::npos);
    }
    CHECK(names.size() == static_cast<std::size_t>(kLogEvents));
    CHECK(ids.size() == static_cast<std::size_t>(kLogEvents));
}

TEST_CASE("the same of a thousand mailboxes is twenty lines, and one that says how many more", "[log]") {
    Journal journal;
    for (int i = 0; i < 1000; ++i) {
        const std::string slug = "m" + std::to_string(i);
        journal.say(slug, slug + ": login_refused: NO wrong");
    }
    CHECK(journal.entries.size() == 20);
    journal.sink.settle(journal.now);
    CHECK(journal.entries.size() == 20);
    journal.now += minutes(10);
    journal.sink.settle(journal.now);
    REQUIRE(journal.entries.size() == 21);
    CHECK(journal.last("MESSAGE") == "980 more like this, the last: m999: login_refused: NO wrong");
    CHECK(journal.last("MAILQUOTAD_EVENT") == "probe_failed");
    CHECK(journal.last("MAILQUOTAD_MAILBOX") == "(none)");
    journal.say("m1", "m1: login_refused: NO wrong");
    CHECK(journal.last("MESSAGE") == "m1: login_refused: NO wrong");
}

TEST_CASE("another failure, another server and another event are not the same", "[log]") {
    Journal journal;
    for (int i = 0; i < 30; ++i)
        journal.say("kim", "kim: tls: expired");
    journal.say("kim", "kim: dns: no such host");
    CHECK(journal.last("MESSAGE") == "kim: dns: no such host");
    journal.say("kim", "kim: tls: expired", LogEvent::probe_warning);
    CHECK(journal.entries.size() == 22);
}

TEST_CASE("what was held back is told at the end", "[log]") {
    std::vector<JournalFields> entries;
    {
        EventSink sink([&entries](const JournalFields& fields) { entries.push_back(fields); });
        for (int i = 0; i < 25; ++i)
            sink.log({.event = LogEvent::step_failed, .text = "again"}, spdlog::level::err, {});
    }
    REQUIRE(entries.size() == 21);
    CHECK(entries.back().front() == "MESSAGE=5 more like this, the last: again");
}

TEST_CASE("more kinds than can be remembered are let through", "[log]") {
    RepeatLimiter limiter;
    for (std::size_t i = 0; i < 2 * RepeatLimiter::kMostKinds; ++i)
        CHECK(limiter.admit(std::string(i, 'x'), {}));
    CHECK(limiter.take_over(RepeatLimiter::Moment::max()).empty());
}

} // namespace mailquotad::observe
