// Surveys as they are kept: by folder key, never by name.
#include "catch.h"

#include "store/texts.h"
#include "unit/store/temporary.h"

using namespace mailquotad;
using namespace mailquotad::store;

namespace {

Survey example() {
    Survey survey;
    survey.surveyed_at = kNoon;
    survey.complete = true;
    survey.largest_floor_bytes = 77;
    FolderSurvey inbox;
    inbox.key = "0123456789abcdef";
    inbox.role = FolderRole::inbox;
    inbox.seen = {.uidvalidity = 1, .uidnext = INT64_MAX, .messages = 3, .highestmodseq = 4, .next_uid = 5};
    inbox.busiest_day = {.day = *parse_date("2024-02-29"), .messages = 2};
    inbox.bins[{.month = month_of(*parse_date("2024-02-29")), .size_class = 6, .mark = Mark::deleted}] = {
        .messages = 3, .size_bytes = INT64_MAX};
    inbox.bins[{.month = month_of(*parse_date("1990-01-01")), .size_class = 0, .mark = Mark::plain}] = {
        .messages = 1, .size_bytes = 0};
    FolderSurvey empty;
    empty.key = "fedcba9876543210";
    survey.folders = {inbox, empty};
    LargeMessage large;
    large.role = FolderRole::inbox;
    large.folder_key = inbox.key;
    large.date = kNoon;
    large.month = {24'000};
    large.size_bytes = 30'000'000;
    large.mark = Mark::flagged;
    survey.largest = {large};
    return survey;
}

} // namespace

TEST_CASE("a survey comes back as it was kept, without the names of its folders") {
    const TemporaryFolder folder;
    Database database = Database::open(folder.place());
    CHECK_FALSE(database.survey("kim"));
    Survey survey = example();
    survey.folders[0].name = "Liebesbriefe";
    database.save_survey("kim", survey);
    survey.folders[0].name.clear();
    CHECK(database.survey("kim") == survey);
    survey.folders.erase(survey.folders.begin());
    survey.largest.clear();
    survey.complete = false;
    database.save_survey("kim", survey);
    CHECK(database.survey("kim") == survey);
    CHECK_FALSE(database.survey("anna"));
    database.forget_survey("kim");
    CHECK_FALSE(database.survey("kim"));
}

TEST_CASE("a survey that cannot be read is looked at again and breaks nothing") {
    std::map<BinKey, Bin> bins;
    for (const char* text : {"1", "1 2 3 4", "1 9 0 4 5", "1 2 9 4 5", "1 2 0 -4 5", "a b c d e", ";"})
        CHECK_FALSE(parse_bins(text, bins));
    FolderSurvey folder;
    CHECK_FALSE(parse_seen("1 2 3", folder));
    CHECK(parse_largest("inbox key 1 2 3 9;nobody key 1 2 3 0;inbox key 1 2 3 0").size() == 1);
}
