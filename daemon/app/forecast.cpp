// `mailquotad forecast`: the daemon's forecast, offline, from a CSV of past use.
#include "app/check_output.h"
#include "app/commands.h"
#include "app/context.h"
#include "app/forecast_words.h"
#include "app/text_table.h"
#include "app/usage_file.h"
#include "core/byte_size.h"
#include "core/forecast_replay.h"
#include "observe/forecast_json.h"

#include <nlohmann/json.hpp>

#include <cstdlib>

namespace mailquotad::app {

namespace {

using nlohmann::ordered_json;

// Every list is a mailbox of the same name, so that a copy of a file gives the same forecast.
constexpr std::string_view kMailbox = "forecast";

std::int64_t limit_of(const ForecastOptions& options) {
    const auto limit = parse_byte_size(options.limit);
    if (!limit || limit->bytes == 0)
        throw CommandFailed(EXIT_FAILURE,
                            "--limit must be a size above 0 as 500MiB or 2GB, not \"" + options.limit + "\"");
    return limit->bytes;
}

ordered_json json_of(const DatedForecast& dated, std::int64_t limit_bytes) {
    return {{"schema", 1},
            {"as_of", format_date(dated.as_of)},
            {"used_bytes", dated.used_bytes},
            {"limit_bytes", limit_bytes},
            {"forecast", observe::forecast_json(dated.forecast)},
            {"forecast_reason", observe::forecast_reason_json(dated.reason)}};
}

std::string json_text(const std::vector<DatedForecast>& forecasts, std::int64_t limit_bytes) {
    std::string text;
    for (const DatedForecast& dated : forecasts)
        text += json_of(dated, limit_bytes).dump() + '\n';
    return text;
}

std::string table_of(const std::vector<DatedForecast>& forecasts, std::int64_t limit_bytes, const TerminalLook& look) {
    using Align = TextTable::Align;
    using Narrow = TextTable::Narrow;
    TextTable table({{"AS OF"},
                     {"USED", Align::right, Narrow::drop},
                     {"FILL", Align::right},
                     {"A DAY", Align::right, Narrow::drop},
                     {"EARLY", Align::right, Narrow::drop},
                     {"LIKELY", Align::right},
                     {"LATE", Align::right, Narrow::drop}});
    for (const DatedForecast& dated : forecasts) {
        std::vector<std::string> cells{format_date(dated.as_of), iec(dated.used_bytes),
                                       percent(dated.used_bytes, limit_bytes)};
        if (dated.forecast) {
            const FullInDays& full = dated.forecast->full_in_days;
            cells.insert(cells.end(), {signed_iec(dated.forecast->growth_bytes_per_day), days_text(full.p10),
                                       days_text(full.p50), days_text(full.p90)});
        } else {
            cells.insert(cells.end(), {"", "", std::string(to_string(*dated.reason)), ""});
        }
        table.add(std::move(cells));
    }
    return table.to_string(look);
}

} // namespace

int command_forecast(const ForecastOptions& options) {
    const std::int64_t limit_bytes = limit_of(options);
    const std::vector<DailyUse> uses = read_usage(options.file);
    const auto forecasts = replay(kMailbox, uses, limit_bytes, options.every);
    const TerminalLook look = look_of(1);
    if (options.format == OutputFormat::json)
        print(json_text(forecasts, limit_bytes));
    else if (options.every > 0)
        print(table_of(forecasts, limit_bytes, look));
    else
        print(fit_lines(forecast_text(forecasts.back(), limit_bytes, look), look));
    return EXIT_SUCCESS;
}

} // namespace mailquotad::app
