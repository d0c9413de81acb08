// `mailquotad history`: past usage, drawn in the terminal or as data.
#include "app/check_output.h"
#include "app/commands.h"
#include "app/context.h"
#include "app/text_table.h"
#include "core/escape.h"
#include "os/clock.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cstdio>
#include <map>

namespace mailquotad::app {

namespace {

using nlohmann::ordered_json;

constexpr Days kShown{400};
constexpr std::size_t kDaysInTable = 60;
constexpr int kBarCells = 40;

std::string bar(double ratio) {
    const int filled = std::clamp(static_cast<int>(ratio * kBarCells), 0, kBarCells);
    std::string cells;
    for (int cell = 0; cell < filled; ++cell)
        cells += "█";
    return cells;
}

/// The last sample of each local day.
std::map<std::chrono::sys_days, store::Sample> last_of_days(const std::vector<store::Sample>& samples) {
    std::map<std::chrono::sys_days, store::Sample> days;
    for (const store::Sample& sample : samples)
        days[os::local_time(sample.at).day] = sample;
    return days;
}

std::string signed_size(std::int64_t change) {
    if (change == 0)
        return "0 B";
    return (change > 0 ? "+" : "-") + iec(change > 0 ? change : -change);
}

std::string history_table(const settings::Mailbox& mailbox, const std::vector<store::Sample>& samples) {
    auto days = last_of_days(samples);
    while (days.size() > kDaysInTable)
        days.erase(days.begin());
    std::int64_t largest = 1;
    for (const auto& [day, sample] : days)
        largest = std::max({largest, sample.used_bytes.value_or(0), sample.limit_bytes.value_or(0)});
    using Align = TextTable::Align;
    TextTable table({{"DAY", Align::left},
                     {"USED", Align::right},
                     {"CHANGE", Align::right},
                     {"LIMIT", Align::right},
                     {"FILL", Align::right},
                     {"", Align::left}});
    std::optional<std::int64_t> before;
    for (const auto& [day, sample] : days) {
        std::vector<std::string> cells{format_date(day), "", "", "", "", ""};
        if (sample.used_bytes) {
            cells[1] = iec(*sample.used_bytes);
            cells[2] = before ? signed_size(*sample.used_bytes - *before) : "";
            cells[5] = bar(static_cast<double>(*sample.used_bytes) / static_cast<double>(largest));
        }
        if (sample.limit_bytes && *sample.limit_bytes > 0) {
            cells[3] = iec(*sample.limit_bytes);
            std::array<char, 32> percent{};
            std::snprintf(percent.data(), percent.size(), "%.1f %%",
                          100 * static_cast<double>(sample.used_bytes.value_or(0)) /
                              static_cast<double>(*sample.limit_bytes));
            cells[4] = percent.data();
        }
        before = sample.used_bytes;
        table.add(std::move(cells));
    }
    return for_terminal(mailbox.address) + " (" + mailbox.slug + "), " + std::to_string(samples.size()) +
           " measurements\n" + table.to_string(false);
}

template <typename Number>
std::string or_empty(const std::optional<Number>& number) {
    return number ? std::to_string(*number) : "";
}

std::string history_csv(const std::vector<store::Sample>& samples) {
    std::string text = "time,used_bytes,limit_bytes,messages\n";
    for (const store::Sample& sample : samples)
        text += format_utc(sample.at) + ',' + or_empty(sample.used_bytes) + ',' + or_empty(sample.limit_bytes) + ',' +
                or_empty(sample.messages) + '\n';
    return text;
}

std::string history_json(const settings::Mailbox& mailbox, const std::vector<store::Sample>& samples) {
    const auto or_null = [](const std::optional<std::int64_t>& number) {
        return number ? ordered_json(*number) : ordered_json(nullptr);
    };
    ordered_json list = ordered_json::array();
    for (const store::Sample& sample : samples) {
        ordered_json roles = ordered_json::object();
        for (const auto& [role, bytes] : sample.roles_bytes)
            roles[std::string(to_string(role))] = bytes;
        list.push_back({{"at", format_utc(sample.at)},
                        {"used_bytes", or_null(sample.used_bytes)},
                        {"limit_bytes", or_null(sample.limit_bytes)},
                        {"messages", or_null(sample.messages)},
                        {"roles_bytes", roles}});
    }
    const ordered_json document = {
        {"schema", 1},          {"address", mailbox.address},
        {"slug", mailbox.slug}, {"samples", list},
        {"forecast", nullptr},  {"forecast_reason", "the forecast is not part of this version"}};
    return document.dump(2) + "\n";
}

} // namespace

int command_history(const MailboxOptions& options) {
    settings::Settings settings = load_settings(config_file(options.common.config), kExitUnknown);
    store::Database database = open_store_readable(settings, kExitUnknown);
    const settings::Mailbox& mailbox = find_mailbox(settings, options.address, kExitUnknown);
    const auto samples = database.samples(mailbox.slug, os::SystemClock().now() - kShown);
    switch (options.format) {
    case OutputFormat::json:
        print(history_json(mailbox, samples));
        break;
    case OutputFormat::csv:
        print(history_csv(samples));
        break;
    default:
        print(history_table(mailbox, samples));
    }
    return 0;
}

} // namespace mailquotad::app
