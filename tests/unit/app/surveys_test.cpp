// When mailboxes are surveyed, and what a terminal shows of it.
#include "catch.h"

#include "app/progress_bar.h"
#include "app/survey_output.h"
#include "app/surveys.h"
#include "app/text_table.h"

namespace mailquotad::app {
namespace {

const Time kNow = *parse_utc("2026-11-21T19:00:00Z");

std::shared_ptr<const settings::Mailbox> with(settings::Depth depth, Protocol protocol) {
    settings::Mailbox mailbox;
    mailbox.depth = depth;
    mailbox.protocol = protocol;
    return std::make_shared<const settings::Mailbox>(mailbox);
}

/// A mailbox whose owner agreed, surveyed completely so long ago.
MailboxRecord surveyed(Seconds ago) {
    MailboxRecord record;
    record.settings = with(settings::Depth::sizes, Protocol::imap);
    record.snapshot.emplace().folders = {
        {.name = "INBOX", .role = FolderRole::inbox, .messages = 1, .size_bytes = 1000}};
    record.assessment.stage = Stage::ok;
    FolderSurvey inbox;
    inbox.role = FolderRole::inbox;
    inbox.bins[BinKey{}] = {.messages = 1, .size_bytes = 1000};
    record.survey.emplace();
    record.survey->folders = {inbox};
    record.survey->complete = true;
    record.survey->surveyed_at = kNow - ago;
    return record;
}

bool is_due(const MailboxRecord& record) {
    return survey_is_due(record, settings::Settings{}, kNow);
}

} // namespace

TEST_CASE("a mailbox is surveyed weekly, and daily from notice on") {
    CHECK_FALSE(is_due(surveyed(Days(6))));
    CHECK(is_due(surveyed(Days(7))));
    MailboxRecord near = surveyed(Days(1));
    CHECK_FALSE(is_due(near));
    near.assessment.stage = Stage::notice;
    CHECK(is_due(near));
}

TEST_CASE("a mailbox that was never surveyed, or not to the end, is surveyed at the next chance") {
    MailboxRecord record = surveyed(Seconds(0));
    CHECK_FALSE(is_due(record));
    record.survey->complete = false;
    CHECK(is_due(record));
    record.surveyed = kNow - Seconds(60);
    CHECK_FALSE(is_due(record)); // a poll's interval lies between two slices
    record.survey.reset();
    record.surveyed.reset();
    CHECK(is_due(record));
}

TEST_CASE("a clean-up makes a survey due an hour later") {
    MailboxRecord record = surveyed(std::chrono::minutes(59));
    record.snapshot->folders.front().size_bytes = 100;
    CHECK_FALSE(is_due(record));
    record.survey->surveyed_at -= std::chrono::minutes(1);
    CHECK(is_due(record));
}

TEST_CASE("without consent, without IMAP, before the first look and while it fails nothing is surveyed") {
    const auto changed = [](auto&& change) {
        MailboxRecord record = surveyed(Days(30));
        change(record);
        return is_due(record);
    };
    CHECK_FALSE(
        changed([](MailboxRecord& record) { record.settings = with(settings::Depth::totals, Protocol::imap); }));
    CHECK_FALSE(changed([](MailboxRecord& record) { record.settings = with(settings::Depth::sizes, Protocol::pop3); }));
    CHECK_FALSE(changed([](MailboxRecord& record) { record.snapshot.reset(); }));
    CHECK_FALSE(changed([](MailboxRecord& record) { record.failure = ProbeFailure{}; }));
    CHECK_FALSE(changed([](MailboxRecord& record) {
        record.survey_failed = true;
        record.surveyed = kNow - std::chrono::minutes(59);
    }));
}

TEST_CASE("a progress bar fits its terminal and is full only at the end") {
    CHECK(progress_text(500, 1000, "messages", {.columns = 200}) ==
          "[███████████████░░░░░░░░░░░░░░░] 50 %, 500 of 1000 messages");
    CHECK(progress_text(999, 1000, "messages", {.columns = 200}).find("░]") != std::string::npos);
    CHECK(progress_text(1000, 1000, "messages", {.columns = 200}).find("░") == std::string::npos);
    CHECK(progress_text(0, 0, "messages", {.columns = 200}).find("0 %") != std::string::npos);
    for (std::size_t width = 10; width < 80; ++width)
        CHECK(terminal_width(progress_text(500, 1000, "messages", {.columns = width})) < width);
    CHECK(progress_text(1, 2, "messages", {.columns = 40, .unicode = false}) ==
          "[#######--------] 50 %, 1 of 2 messages");
}

TEST_CASE("names of folders cannot do anything to a terminal, and the table becomes narrower with it") {
    SurveyResult result;
    result.check.address = "kim@verein.example";
    result.check.folders = {{.name = "\x1b[31mBoss\n", .role = FolderRole::other, .messages = 3, .size_bytes = 3000}};
    Advice advice;
    advice.frees_bytes = 5'000'000;
    result.advice.all = {advice};
    const std::string wide = survey_table(result, {.columns = 120, .bounded = true});
    CHECK(wide.find('\x1b') == std::string::npos);
    CHECK(wide.find("EFFORT") != std::string::npos);
    const std::string narrow = survey_table(result, {.columns = 60, .bounded = true});
    CHECK(narrow.find("EFFORT") == std::string::npos);
    CHECK(narrow.find("empty the Trash") != std::string::npos);
}

} // namespace mailquotad::app
