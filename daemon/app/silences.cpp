// `mailquotad silence` and `silences`: mails about one mailbox kept back, with an end and a reason.
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
#include <cstdlib>

namespace mailquotad::app {

namespace {

using nlohmann::ordered_json;

constexpr Days kLongestSilence{90};
constexpr std::size_t kLongestReason = 200;

/// When this day begins on the wall clock.
Time start_of(std::chrono::sys_days day) {
    Time guess{day};
    for (int turn = 0; turn < 2; ++turn) {
        const LocalTime local = os::local_time(guess);
        guess -= (local.day - day) + local.minute_of_day;
    }
    return guess;
}

/// A date means the whole day; a duration counts from now.
Time end_of_silence(const std::string& until, Time now) {
    std::optional<Time> end;
    if (const auto date = parse_date(until))
        end = start_of(*date + Days(1));
    else if (const auto duration = parse_duration(until))
        end = now + *duration;
    if (!end)
        throw CommandFailed(EXIT_FAILURE, "--until is \"" + for_terminal(until) +
                                              "\" but must be a date such as 2026-12-24 or a duration such as 14d");
    if (*end <= now)
        throw CommandFailed(EXIT_FAILURE, "--until lies in the past: " + for_terminal(until));
    if (*end - now > kLongestSilence + Days(1))
        throw CommandFailed(EXIT_FAILURE, "--until is more than 90 days away: a silence that long would be forgotten");
    return *end;
}

std::string checked_reason(const std::string& reason) {
    const bool blank = std::all_of(reason.begin(), reason.end(), [](char c) { return c == ' '; });
    const bool control =
        std::any_of(reason.begin(), reason.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20; });
    if (blank)
        throw CommandFailed(EXIT_FAILURE, "--reason is missing: say why, so that others understand it later");
    if (control || reason.size() > kLongestReason)
        throw CommandFailed(EXIT_FAILURE, "--reason must be one line of at most 200 bytes");
    return reason;
}

std::string local_text(Time time) {
    const LocalTime local = os::local_time(time);
    std::array<char, 16> clock{};
    std::snprintf(clock.data(), clock.size(), " %02d:%02d", static_cast<int>(local.minute_of_day.count() / 60),
                  static_cast<int>(local.minute_of_day.count() % 60));
    return format_date(local.day) + clock.data();
}

std::string address_of(const settings::Settings& settings, const std::string& slug) {
    const settings::Mailbox* mailbox = settings.find(slug);
    return mailbox != nullptr ? mailbox->address : "";
}

std::string silences_table(const settings::Settings& settings, const std::vector<store::Silence>& silences,
                           const TerminalLook& look) {
    if (silences.empty())
        return "no mailbox is silenced\n";
    using Align = TextTable::Align;
    using Narrow = TextTable::Narrow;
    TextTable table({{"MAILBOX", Align::left, Narrow::cut},
                     {"UNTIL"},
                     {"SINCE", Align::left, Narrow::drop},
                     {"REASON", Align::left, Narrow::cut}});
    for (const store::Silence& silence : silences) {
        const std::string address = address_of(settings, silence.mailbox);
        table.add({for_terminal(address.empty() ? silence.mailbox : address), local_text(silence.until),
                   local_text(silence.created_at), for_terminal(silence.reason)});
    }
    return table.to_string(look);
}

std::string silences_json(const settings::Settings& settings, const std::vector<store::Silence>& silences) {
    ordered_json list = ordered_json::array();
    for (const store::Silence& silence : silences) {
        const std::string address = address_of(settings, silence.mailbox);
        list.push_back({{"address", address.empty() ? ordered_json(nullptr) : ordered_json(address)},
                        {"slug", silence.mailbox},
                        {"until", format_utc(silence.until)},
                        {"since", format_utc(silence.created_at)},
                        {"reason", silence.reason}});
    }
    return ordered_json{{"schema", 1}, {"silences", list}}.dump(2, ' ', false, ordered_json::error_handler_t::replace) +
           "\n";
}

} // namespace

int command_silence(const SilenceOptions& options) {
    settings::Settings settings = load_settings(config_file(options.common.config), kExitBadSettings);
    store::Database database = open_store_writable(settings, EXIT_FAILURE);
    const settings::Mailbox& mailbox = find_mailbox(settings, options.address, kExitUnknown);
    const std::string name = for_terminal(mailbox.address);
    if (options.end) {
        const bool ended = database.clear_silence(mailbox.slug);
        print(ended ? name + ": the silence is over\n" : name + ": was not silenced\n");
        return EXIT_SUCCESS;
    }
    const Time now = os::SystemClock().now();
    const Time until = end_of_silence(options.until, now);
    database.add_silence(mailbox.slug, until, checked_reason(options.reason), now);
    print(name + ": no mail until " + local_text(until) + ", not even when it is full\n");
    return EXIT_SUCCESS;
}

int command_silences(const MailboxOptions& options) {
    settings::Settings settings = load_settings(config_file(options.common.config), kExitBadSettings);
    store::Database database = open_store_readable(settings, kExitUnknown);
    const auto silences = database.silences(os::SystemClock().now());
    print(options.format == OutputFormat::json ? silences_json(settings, silences)
                                               : silences_table(settings, silences, look_of(1)));
    return EXIT_SUCCESS;
}

} // namespace mailquotad::app
