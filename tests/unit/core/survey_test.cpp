#include "catch.h"

#include "core/survey.h"

using namespace mailquotad;
using namespace std::chrono_literals;

namespace {

constexpr std::int64_t kMB = 1'000'000;

Time on(const std::string& day) {
    return *parse_date(day);
}

BinKey at(const std::string& day, std::int64_t size, Mark mark = Mark::plain) {
    return {.month = month_of(*parse_date(day)),
            .size_class = static_cast<std::int16_t>(size_class_of(size)),
            .mark = mark};
}

} // namespace

TEST_CASE("a month is the same forth and back, and in the order of time") {
    CHECK(format_date(first_day(month_of(*parse_date("2024-02-29")))) == "2024-02-01");
    CHECK(month_of(*parse_date("2023-12-31")) < month_of(*parse_date("2024-01-01")));
    CHECK(month_of(*parse_date("2024-01-01")).index == 12 * 2024);
}

TEST_CASE("a size class begins at its bound") {
    CHECK(size_class_of(0) == 0);
    CHECK(size_class_of(9'999) == 0);
    CHECK(size_class_of(10'000) == 1);
    CHECK(size_class_of(kMB) == 3);
    CHECK(size_class_of(25 * kMB - 1) == 5);
    CHECK(size_class_of(INT64_MAX) == kSizeClasses - 1);
}

TEST_CASE("the twenty largest are kept, the largest first") {
    std::vector<LargeMessage> largest;
    for (std::int64_t size = 1; size <= 50; ++size)
        keep_largest(largest, {.size_bytes = size * 7 % 51});
    REQUIRE(largest.size() == kLargestKept);
    for (std::size_t i = 0; i < kLargestKept; ++i)
        CHECK(largest[i].size_bytes == 50 - static_cast<std::int64_t>(i));
}

TEST_CASE("the usual size of a mail is the largest of the last 90 days, or the mean of their largest class") {
    const Time now = on("2026-11-20");
    Survey survey;
    CHECK_FALSE(largest_usual_mail(survey, now));
    FolderSurvey inbox{.role = FolderRole::inbox};
    inbox.bins[at("2024-01-01", 30 * kMB)] = {.messages = 1, .size_bytes = 30 * kMB};
    inbox.bins[at("2026-11-01", 6 * kMB)] = {.messages = 2, .size_bytes = 13 * kMB};
    FolderSurvey sent{.role = FolderRole::sent};
    sent.bins[at("2026-11-01", 20 * kMB)] = {.messages = 1, .size_bytes = 20 * kMB};
    survey.folders = {inbox, sent};
    CHECK(largest_usual_mail(survey, now) == 6'500'000);
    survey.largest = {{.role = FolderRole::inbox, .date = on("2024-01-01"), .size_bytes = 30 * kMB},
                      {.role = FolderRole::sent, .date = on("2026-11-02"), .size_bytes = 20 * kMB},
                      {.role = FolderRole::inbox, .date = on("2026-11-02"), .size_bytes = 7 * kMB}};
    CHECK(largest_usual_mail(survey, now) == 7 * kMB);
}

TEST_CASE("a folder of which a third came on one day was moved, a handful of mails was not") {
    FolderSurvey folder;
    folder.bins[at("2020-01-01", 1)] = {.messages = 100, .size_bytes = 100};
    folder.busiest_day = {.day = *parse_date("2020-01-01"), .messages = 29};
    CHECK_FALSE(folder.was_moved_at_once());
    folder.busiest_day.messages = 31;
    CHECK(folder.was_moved_at_once());
    folder.bins.begin()->second.messages = 5;
    folder.busiest_day.messages = 5;
    CHECK_FALSE(folder.was_moved_at_once());
}
