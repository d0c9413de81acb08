// `mailquotad history`: past usage, clean-ups, mails and forecast, drawn in the terminal or as data.
#include "app/check_output.h"
#include "app/commands.h"
#include "app/context.h"
#include "app/forecast_words.h"
#include "app/history_chart.h"
#include "app/history_csv.h"
#include "app/outlook.h"
#include "app/text_table.h"
#include "core/escape.h"
#include "core/usage_series.h"
#include "observe/forecast_json.h"
#include "os/clock.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <map>

namespace mailquotad::app {

namespace {

using nlohmann::ordered_json;

constexpr Days kShown{400};
constexpr std::size_t kDaysInTable = 14;

/// A mail to the owner that was accepted.
struct Notice {
    Time at{};
    NotificationKind kind = NotificationKind::warning;
    Stage stage = Stage::ok;
};

/// All that is shown of one mailbox.
struct History {
    const settings::Mailbox& mailbox;
    std::vector<store::Sample> samples;
    std::vector<DailyUse> uses; ///< one a day, oldest first
    std::optional<std::int64_t> limit_bytes;
    UsageSeries series; ///< of the uses; empty without any
    std::vector<Notice> notices;
    ForecastResult outlook;
};

History history_of(store::Database& database, const settings::Mailbox& mailbox, Time now) {
    History history{.mailbox = mailbox,
                    .samples = database.samples(mailbox.slug, now - kShown),
                    .uses = {},
                    .limit_bytes = {},
                    .series = {},
                    .notices = {},
                    .outlook = stored_forecast(database, mailbox.slug, now)};
    for (const store::MailFact& fact : database.mail_facts(mailbox.slug, now - kShown)) {
        if (fact.recipient == store::Recipient::owner && fact.status == "sent" && fact.finished_at)
            history.notices.push_back({.at = *fact.finished_at, .kind = fact.kind, .stage = fact.stage});
    }
    std::vector<UsageReading> readings;
    for (const store::Sample& sample : history.samples) {
        if (sample.used_bytes)
            readings.push_back({.at = os::local_time(sample.at), .used_bytes = *sample.used_bytes});
    }
    history.uses = daily_uses(readings);
    if (!history.samples.empty())
        history.limit_bytes = history.samples.back().limit_bytes;
    if (!history.uses.empty())
        history.series = usage_series(history.uses, history.limit_bytes);
    return history;
}

std::string_view to_string(DayKind kind) {
    switch (kind) {
    case DayKind::filled:
        return "filled";
    case DayKind::cleaned_up:
        return "cleaned_up";
    default:
        return "measured";
    }
}

/// The days of the longest history that counts, with those that were not measured.
ChartData chart_of(const History& history) {
    ChartData data{.days = {}, .limit_bytes = history.limit_bytes, .forecast = history.outlook.forecast};
    const auto uses = recent(history.uses);
    if (uses.empty())
        return data;
    for (auto day = uses.front().day; day <= uses.back().day; day += Days(1))
        data.days.push_back({.day = day, .used_bytes = {}});
    const auto at = [&data](std::chrono::sys_days day) -> ChartDay* {
        const auto index = (day - data.days.front().day).count();
        return index >= 0 && index < std::ssize(data.days) ? &data.days[static_cast<std::size_t>(index)] : nullptr;
    };
    for (const DailyUse& use : uses)
        at(use.day)->used_bytes = use.used_bytes;
    for (const DayGrowth& day : history.series.days) {
        if (ChartDay* drawn = at(day.day); drawn != nullptr && day.kind == DayKind::cleaned_up)
            drawn->cleaned_up = true;
    }
    for (const Notice& notice : history.notices) {
        if (ChartDay* drawn = at(usage_day(os::local_time(notice.at))); drawn != nullptr)
            drawn->mailed = true;
    }
    return data;
}

std::string days_table(const History& history, const TerminalLook& look) {
    std::map<std::chrono::sys_days, DayGrowth> growth;
    for (const DayGrowth& day : history.series.days)
        growth.emplace(day.day, day);
    using Align = TextTable::Align;
    TextTable table({{"DAY", Align::left},
                     {"USED", Align::right},
                     {"CHANGE", Align::right},
                     {"FILL", Align::right},
                     {"", Align::left, TextTable::Narrow::drop}});
    std::span<const DailyUse> shown = history.uses;
    for (const DailyUse& use : shown.last(std::min(shown.size(), kDaysInTable))) {
        std::vector<std::string> cells{format_date(use.day), iec(use.used_bytes), "", "", ""};
        if (const auto found = growth.find(use.day); found != growth.end()) {
            cells[2] = signed_iec(static_cast<double>(found->second.bytes));
            cells[4] = found->second.kind == DayKind::cleaned_up ? "cleaned up"
                       : found->second.kind == DayKind::filled   ? "share of several days"
                                                                 : "";
        }
        if (history.limit_bytes && *history.limit_bytes > 0)
            cells[3] = percent(use.used_bytes, *history.limit_bytes);
        table.add(std::move(cells));
    }
    return table.to_string(look);
}

std::string forecast_lines(const History& history, const TerminalLook& look) {
    if (history.uses.empty() || !history.limit_bytes || *history.limit_bytes <= 0)
        return "Forecast   none: " + std::string(words_for(*history.outlook.reason)) + '\n';
    return forecast_text({.as_of = history.uses.back().day,
                          .used_bytes = history.uses.back().used_bytes,
                          .forecast = history.outlook.forecast,
                          .reason = history.outlook.reason},
                         *history.limit_bytes, look);
}

std::string history_text(const History& history, const TerminalLook& look) {
    const std::string title = for_terminal(history.mailbox.address) + " (" + history.mailbox.slug + "), " +
                              std::to_string(history.samples.size()) + " measurements\n";
    if (history.uses.empty())
        return fit_lines(title + forecast_lines(history, look), look);
    return fit_lines(title, look) + '\n' + draw_history(chart_of(history), look) + '\n' +
           fit_lines(forecast_lines(history, look), look) + '\n' + days_table(history, look);
}

ordered_json samples_json(const std::vector<store::Sample>& samples) {
    const auto or_null = [](const std::optional<std::int64_t>& number) {
        return number ? ordered_json(*number) : ordered_json(nullptr);
    };
    ordered_json list = ordered_json::array();
    for (const store::Sample& sample : samples) {
        ordered_json roles = ordered_json::object();
        for (const auto& [role, bytes] : sample.roles_bytes)
            roles[std::string(mailquotad::to_string(role))] = bytes;
        list.push_back({{"at", format_utc(sample.at)},
                        {"used_bytes", or_null(sample.used_bytes)},
                        {"limit_bytes", or_null(sample.limit_bytes)},
                        {"messages", or_null(sample.messages)},
                        {"roles_bytes", roles}});
    }
    return list;
}

std::string history_json(const History& history) {
    ordered_json growth = ordered_json::array();
    for (const DayGrowth& day : history.series.days)
        growth.push_back({{"day", format_date(day.day)}, {"bytes", day.bytes}, {"kind", to_string(day.kind)}});
    ordered_json notices = ordered_json::array();
    for (const Notice& notice : history.notices)
        notices.push_back({{"at", format_utc(notice.at)},
                           {"kind", mailquotad::to_string(notice.kind)},
                           {"stage", mailquotad::to_string(notice.stage)}});
    const ordered_json document = {{"schema", 1},
                                   {"address", history.mailbox.address},
                                   {"slug", history.mailbox.slug},
                                   {"samples", samples_json(history.samples)},
                                   {"growth", growth},
                                   {"notices", notices},
                                   {"forecast", observe::forecast_json(history.outlook.forecast)},
                                   {"forecast_reason", observe::forecast_reason_json(history.outlook.reason)}};
    return document.dump(2) + "\n";
}

} // namespace

int command_history(const MailboxOptions& options) {
    settings::Settings settings = load_settings(config_file(options.common.config), kExitUnknown);
    store::Database database = open_store_readable(settings, kExitUnknown);
    const settings::Mailbox& mailbox = find_mailbox(settings, options.address, kExitUnknown);
    const History history = history_of(database, mailbox, os::SystemClock().now());
    switch (options.format) {
    case OutputFormat::json:
        print(history_json(history));
        break;
    case OutputFormat::csv:
        print(history_csv(history.samples));
        break;
    default:
        print(history_text(history, look_of(1)));
    }
    return 0;
}

} // namespace mailquotad::app
