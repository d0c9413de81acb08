#include "app/history_chart.h"

#include "catch.h"

#include <algorithm>
#include <sstream>

namespace mailquotad::app {
namespace {

constexpr std::int64_t kMiB = 1 << 20;
const std::chrono::sys_days kFirst = std::chrono::year{2026} / 3 / 2;

/// A hundred days of growth with a clean-up, a mail and a forecast of what follows.
ChartData sample() {
    ChartData data{.days = {}, .limit_bytes = 100 * kMiB, .forecast = Forecast{}};
    for (int day = 0; day < 100; ++day)
        data.days.push_back({.day = kFirst + Days(day), .used_bytes = (day < 50 ? 40 + day : day - 20) * kMiB});
    data.days[50].cleaned_up = true;
    data.days[48].mailed = true;
    data.days[20].used_bytes.reset();
    for (std::size_t i = 0; i < kForecastHorizons.size(); ++i) {
        const std::int64_t growth = kForecastHorizons[i] * kMiB;
        data.forecast->used_bytes[i] = {.p10 = 79 * kMiB + growth / 2,
                                        .p25 = 79 * kMiB + growth / 2,
                                        .p50 = 79 * kMiB + growth,
                                        .p75 = 79 * kMiB + growth,
                                        .p90 = 79 * kMiB + growth * 2};
    }
    return data;
}

std::vector<std::string> lines_of(const std::string& text) {
    std::vector<std::string> lines;
    std::istringstream stream(text);
    for (std::string line; std::getline(stream, line);)
        lines.push_back(line);
    return lines;
}

} // namespace

TEST_CASE("the drawing fits terminals of any width from forty columns on", "[chart]") {
    for (const std::size_t columns :
         {std::size_t{0}, std::size_t{40}, std::size_t{61}, std::size_t{80}, std::size_t{500}}) {
        for (const std::string& line : lines_of(draw_history(sample(), {.columns = columns}))) {
            INFO(line);
            CHECK(terminal_width(line) <= std::max<std::size_t>(columns, 40));
        }
    }
}

TEST_CASE("a terminal without UTF-8 gets nothing but ASCII", "[chart]") {
    const std::string text = draw_history(sample(), {.columns = 80, .unicode = false});
    CHECK(std::all_of(text.begin(), text.end(), [](char c) { return c == '\n' || (c >= ' ' && c <= '~'); }));
    CHECK_THAT(text, ContainsSubstring("# used"));
    CHECK_THAT(text, ContainsSubstring("v cleaned up"));
    CHECK_THAT(text, ContainsSubstring("* mail"));
}

TEST_CASE("colour is there only where it is wanted", "[chart]") {
    CHECK_THAT(draw_history(sample(), {.colour = true}), ContainsSubstring("\x1b[33m"));
    CHECK(draw_history(sample(), {}).find('\x1b') == std::string::npos);
}

TEST_CASE("the limit, today and both ends are named", "[chart]") {
    const std::string text = draw_history(sample(), {});
    for (const char* word : {"100 MiB", "2026-03-02", "2026-06-09", "2026-08-08", "▒", "░", "━", "▼", "●", "┄"})
        CHECK_THAT(text, ContainsSubstring(word));
}

TEST_CASE("a mailbox that nothing is known of is not drawn, and one day is enough", "[chart]") {
    CHECK(draw_history({}, {}).empty());
    ChartData data{.days = {{.day = kFirst, .used_bytes = 5}}, .limit_bytes = {}, .forecast = {}};
    CHECK_THAT(draw_history(data, {}), ContainsSubstring("█"));
    data.days.front().used_bytes.reset();
    CHECK(draw_history(data, {}).empty());
}

} // namespace mailquotad::app
