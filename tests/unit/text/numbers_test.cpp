#include "catch.h"

#include "text/numbers.h"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <rapidcheck.h>
#include <string>

using namespace mailquotad;
using namespace std::chrono_literals;

namespace {

std::chrono::sys_days day(int year, unsigned month, unsigned day_of_month) {
    return std::chrono::year(year) / std::chrono::month(month) / std::chrono::day(day_of_month);
}

} // namespace

TEST_CASE("sizes are 1024-based with two or three significant digits", "[text]") {
    struct Row {
        std::int64_t bytes;
        std::string german;
        std::string english;
    };
    const Row rows[] = {
        {0, "0 Byte", "0 bytes"},
        {1, "1 Byte", "1 Byte"},
        {999, "999 Byte", "999 bytes"},
        {1000, "0,98 KB", "0.98 KB"},
        {1024, "1,0 KB", "1.0 KB"},
        {12 * 1024, "12 KB", "12 KB"},
        {89128960, "85 MB", "85 MB"},
        {431LL << 20, "431 MB", "431 MB"},
        {999LL << 20, "999 MB", "999 MB"},
        {1000LL << 20, "0,98 GB", "0.98 GB"},
        {1023LL << 20, "1,0 GB", "1.0 GB"},
        {1288490189LL, "1,2 GB", "1.2 GB"},
        {10LL << 30, "10 GB", "10 GB"},
        {6LL << 40, "6,0 TB", "6.0 TB"},
        {std::numeric_limits<std::int64_t>::max(), "8,0 EB", "8.0 EB"},
        {-5, "0 Byte", "0 bytes"},
    };
    for (const Row& row : rows) {
        CHECK(text::bytes(row.bytes, "de") == row.german);
        CHECK(text::bytes(row.bytes, "en") == row.english);
    }
}

TEST_CASE("a size never has more than three digits", "[text]") {
    CHECK(rc::check([](std::uint64_t bits) {
        const std::string size = text::bytes(static_cast<std::int64_t>(bits >> 1U), "de");
        const auto digits = std::count_if(size.begin(), size.end(), [](char c) { return c >= '0' && c <= '9'; });
        RC_ASSERT(digits >= 1 && digits <= 3);
        RC_ASSERT(size.find(' ') != std::string::npos);
    }));
}

TEST_CASE("a percentage is never rounded up", "[text]") {
    CHECK(text::percent(0.8312, "de") == "83 %");
    CHECK(text::percent(0.8312, "en") == "83%");
    CHECK(text::percent(0.996, "de") == "99 %");
    CHECK(text::percent(0.29, "de") == "29 %");
    CHECK(text::percent(1.0, "de") == "100 %");
    CHECK(text::percent(1.0799, "de") == "107 %");
    CHECK(text::percent(0, "de") == "0 %");
    CHECK(text::percent(-1, "de") == "0 %");
    CHECK(text::percent(std::numeric_limits<double>::quiet_NaN(), "de") == "0 %");
    CHECK(text::percent(std::numeric_limits<double>::infinity(), "en") == "100,000,000%");
}

TEST_CASE("every whole percentage of a limit is written as that number", "[text]") {
    for (int points = 0; points <= 100; ++points) {
        CHECK(text::percent(points / 100.0, "en") == std::to_string(points) + "%");
    }
}

TEST_CASE("counts are grouped by the custom of the language", "[text]") {
    CHECK(text::count(0, "de") == "0");
    CHECK(text::count(999, "de") == "999");
    CHECK(text::count(12345, "de") == "12.345");
    CHECK(text::count(12345, "en") == "12,345");
    CHECK(text::count(1234567890, "en") == "1,234,567,890");
    CHECK(text::count(-1234, "de") == "-1.234");
    CHECK(text::count(-123, "de") == "-123");
}

TEST_CASE("dates are written as the reader says them", "[text]") {
    CHECK(text::date(day(2026, 11, 21), "de") == "21. November 2026");
    CHECK(text::date(day(2026, 3, 1), "de") == "1. März 2026");
    CHECK(text::date(day(2026, 11, 21), "en") == "21 November 2026");
    CHECK(text::day_and_month(day(2026, 12, 3), "de") == "3. Dezember");
    CHECK(text::day_and_month(day(2026, 12, 3), "en") == "3 December");
    CHECK(text::date_and_time({day(2026, 11, 21), 19h + 5min}, "de") == "21. November 2026, 19:05 Uhr");
    CHECK(text::date_and_time({day(2026, 11, 21), 5min}, "en") == "21 November 2026, 00:05");
}

TEST_CASE("a language without names of months gets dates in figures", "[text]") {
    CHECK(text::date(day(2026, 11, 21), "cs") == "2026-11-21");
    CHECK(text::date_and_time({day(2026, 11, 21), 19h}, "cs") == "2026-11-21, 19:00");
}
