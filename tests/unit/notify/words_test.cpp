#include "catch.h"

#include "notify/outlook_words.h"
#include "notify/plain_words.h"

#include <rapidcheck.h>

using namespace mailquotad;
using notify::OutlookWords;
using notify::plain_words;
using notify::wrap;
using Form = OutlookWords::Form;

namespace {

constexpr std::chrono::sys_days kToday = std::chrono::year(2026) / 11 / 21;

OutlookWords words(std::optional<double> early, std::optional<double> late) {
    return notify::outlook_words(
        Forecast{.growth_bytes_per_day = 1, .full_in_days = {.p10 = early, .p25 = early, .p50 = early, .p90 = late}},
        kToday);
}

} // namespace

TEST_CASE("a forecast of days is told in dates", "[notify]") {
    const OutlookWords soon = words(12.2, 13.4);
    CHECK(soon.form == Form::dates);
    CHECK(soon.first_day == kToday + Days(12));
    CHECK(soon.last_day == kToday + Days(14));
    CHECK(words(0.2, 9).form == Form::dates);
    CHECK(words(4, 20).form == Form::dates);
}

TEST_CASE("a forecast of weeks is told in weeks", "[notify]") {
    const OutlookWords later = words(35, 62);
    CHECK(later.form == Form::weeks);
    CHECK(later.first_week == 5);
    CHECK(later.last_week == 9);
    CHECK(words(7, 16).first_week == 1);
}

TEST_CASE("a forecast beyond three months is told without a date", "[notify]") {
    CHECK(words(90, std::nullopt).form == Form::later);
    CHECK(words(std::nullopt, std::nullopt).form == Form::later);
}

TEST_CASE("a range too wide for a date is called unsteady", "[notify]") {
    CHECK(words(10, 80).form == Form::unsteady);
    CHECK(words(2, 40).form == Form::unsteady);
    CHECK(words(60, std::nullopt).form == Form::unsteady);
    const Forecast young{
        .growth_bytes_per_day = 1, .full_in_days = {.p10 = 12, .p25 = 12, .p50 = 12, .p90 = 13}, .short_history = true};
    CHECK(notify::outlook_words(young, kToday).form == Form::unsteady);
}

TEST_CASE("no forecast, no words", "[notify]") {
    CHECK(notify::outlook_words(std::nullopt, kToday).form == Form::none);
}

TEST_CASE("whatever a forecast says, its first day is not after its last", "[notify]") {
    CHECK(rc::check([](double early, double late) {
        const OutlookWords any = words(early, late);
        RC_ASSERT(any.first_day <= any.last_day);
        RC_ASSERT(any.first_week <= any.last_week);
        RC_ASSERT(any.form != Form::weeks || any.first_week >= 1);
    }));
}

TEST_CASE("a foreign name becomes no link and no trick", "[notify]") {
    CHECK(plain_words("Lager 2025/Fotos") == "Lager 2025/Fotos");
    CHECK(plain_words("www.phish.example") == "www·phish·example");
    CHECK(plain_words("https://phish.example/a") == "h·ttps phish·example/a");
    CHECK(plain_words("HTTP") == "H·TTP");
    CHECK(plain_words("kim@phish.example") == "kim (at) phish·example");
    CHECK(plain_words("mailto:kim") == "mailto·kim");
    CHECK(plain_words("Nr. 5: Rest.") == "Nr. 5: Rest.");
    CHECK(plain_words("a\nb") == "a\\x0ab");
    CHECK(plain_words("\xff") == "\\xff");
    CHECK(plain_words("").empty());
}

TEST_CASE("a name that is too long is cut between characters", "[notify]") {
    CHECK(plain_words("äöüäöüäöü", 5) == "äöüä…");
    CHECK(plain_words("abc defg", 5) == "abc…");
    CHECK(plain_words("äöü", 3) == "äöü");
}

TEST_CASE("long lines are broken at spaces, list entries under their text", "[notify]") {
    CHECK(wrap("aaa bbb ccc", 7) == "aaa bbb\nccc");
    CHECK(wrap("- aaa bbb ccc", 9) == "- aaa bbb\n  ccc");
    CHECK(wrap("12. aaa bbb", 8) == "12. aaa\n    bbb");
    CHECK(wrap("a\n\nb\n", 7) == "a\n\nb\n");
    CHECK(wrap("aaaaaaaaaa b", 5) == "aaaaaaaaaa\nb");
    CHECK(wrap("äää äää", 7) == "äää äää");
}

TEST_CASE("a number stays with its unit", "[notify]") {
    CHECK(wrap("it is 83 % full", 8) == "it is\n83 %\nfull");
    CHECK(wrap("of 1,2 GB, free", 8) == "of\n1,2 GB,\nfree");
}
