#include "app/forecast_words.h"

#include "app/check_output.h"
#include "app/text_table.h"

#include <array>
#include <cmath>
#include <cstdio>

namespace mailquotad::app {

namespace {

std::string on_day(std::chrono::sys_days as_of, const std::optional<double>& days) {
    if (!days)
        return "not within a year";
    return format_date(as_of + Days(static_cast<int>(*days))) + " (" + days_text(days) + ")";
}

std::string full_line(const DatedForecast& dated) {
    const FullInDays& full = dated.forecast->full_in_days;
    if (full.p10 == 0)
        return "Full       already\n";
    if (!full.p10)
        return "Full       not within a year\n";
    return "Full       early " + on_day(dated.as_of, full.p10) + ", likely " + on_day(dated.as_of, full.p50) +
           ", late " + on_day(dated.as_of, full.p90) + '\n';
}

} // namespace

std::string percent(std::int64_t used_bytes, std::int64_t limit_bytes) {
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "%.1f %%",
                  100 * static_cast<double>(used_bytes) / static_cast<double>(limit_bytes));
    return text.data();
}

std::string signed_iec(double bytes) {
    const auto whole = static_cast<std::int64_t>(std::llround(std::abs(bytes)));
    return (whole == 0 ? "" : bytes > 0 ? "+" : "-") + iec(whole);
}

std::string days_text(const std::optional<double>& days) {
    return days ? std::to_string(static_cast<int>(*days)) + " d" : "> 365 d";
}

std::string forecast_text(const DatedForecast& dated, std::int64_t limit_bytes, const TerminalLook& look) {
    std::string text = "As of      " + format_date(dated.as_of) + ": " + percent(dated.used_bytes, limit_bytes) + " (" +
                       iec(dated.used_bytes) + " of " + iec(limit_bytes) + ")\n";
    if (!dated.forecast)
        return text + "Forecast   none: " + std::string(words_for(*dated.reason)) + '\n';
    text += "Growth     " + signed_iec(dated.forecast->growth_bytes_per_day) + " a day if nobody cleans up" +
            (dated.forecast->short_history ? " (fewer than four weeks are known: it may vary a lot)\n" : "\n");
    text += full_line(dated) + '\n';
    using Align = TextTable::Align;
    TextTable table({{"IN", Align::right}, {"EARLY", Align::right}, {"LIKELY", Align::right}, {"LATE", Align::right}});
    for (std::size_t i = 0; i < kForecastHorizons.size(); ++i) {
        const ByteQuantiles& bytes = dated.forecast->used_bytes[i];
        table.add({std::to_string(kForecastHorizons[i]) + " d", percent(bytes.p90, limit_bytes),
                   percent(bytes.p50, limit_bytes), percent(bytes.p10, limit_bytes)});
    }
    return text + table.to_string(look);
}

} // namespace mailquotad::app
