#include "scenarios/script.h"

#include <algorithm>
#include <charconv>
#include <iterator>
#include <map>
#include <sstream>
#include <stdexcept>
#include <tuple>

namespace mailquotad::scenarios {

namespace {

constexpr std::int64_t kKibPerMib = 1024;
using Words = std::vector<std::string>;

std::chrono::minutes clock_time(const std::string& text) {
    return std::chrono::hours(whole_number(text.substr(0, 2))) + std::chrono::minutes(whole_number(text.substr(3, 2)));
}

/// "kim 50 % of 1000 MiB second_address"
Box read_box(const Words& words, std::size_t first) {
    Box box;
    box.name = words.at(first);
    for (std::size_t at = first + 3; at < words.size(); ++at) {
        if (words[at] == "no_address") {
            box.owner_has_address = false;
        } else if (words[at] == "second_address") {
            box.owner_has_second = true;
        } else if (words[at] == "wants_notice") {
            box.owner_wants_notice = true;
        } else if (words[at] == "tell_webmaster") {
            box.tell = settings::Tell::webmaster;
        } else if (words[at] == "tell_nobody") {
            box.tell = settings::Tell::nobody;
        } else if (words[at] == "of" && words.at(at + 1) == "none") {
            box.limit_kib.reset();
            ++at;
        } else if (words[at] == "of") {
            box.limit_kib = whole_number(words.at(at + 1)) * kKibPerMib;
            at += 2;
        } else {
            throw std::invalid_argument(words[at]);
        }
    }
    box.used_kib = box.limit_kib.value_or(1000 * kKibPerMib) * whole_number(words.at(first + 1)) / 100;
    return box;
}

void read_boxes(Script& script, const Words& words) {
    Box box = read_box(words, 2);
    const std::string name = box.name;
    for (int number = 1; number <= whole_number(words.at(1)); ++number) {
        box.name = name + std::to_string(number);
        script.world.boxes.push_back(box);
    }
}

int era_after(const Step& step) {
    return step.era + (step.words.at(0) == "clock" ? 1 : 0);
}

void read_step(Script& script, const Words& words) {
    const std::string& days = words.at(1);
    const std::size_t dash = days.find('-');
    const auto first = static_cast<int>(whole_number(days.substr(0, dash)));
    const int last = dash == std::string::npos ? first : static_cast<int>(whole_number(days.substr(dash + 1)));
    for (int day = first; day <= last; ++day)
        script.steps.push_back({.era = script.steps.empty() ? 0 : era_after(script.steps.back()),
                                .day = day,
                                .minute_of_day = clock_time(words.at(2)),
                                .words = {words.begin() + 3, words.end()}});
}

std::chrono::sys_days read_date(const std::string& text) {
    const auto date = parse_date(text);
    if (!date)
        throw std::invalid_argument(text);
    return *date;
}

void read_holidays(Script& script, const Words& words) {
    for (std::size_t at = 1; at < words.size(); ++at) {
        if (!add_day_off(script.world.settings.alerts.days_off, words[at]))
            throw std::invalid_argument(words[at]);
    }
}

using Reader = void (*)(Script&, const Words&);

const std::map<std::string, Reader>& readers() {
    static const std::map<std::string, Reader> all = {
        {"zone", [](Script& s, const Words& w) { s.world.zone = w.at(1); }},
        {"begin", [](Script& s, const Words& w) { s.world.first_day = read_date(w.at(1)); }},
        {"interval",
         [](Script& s, const Words& w) { s.world.settings.poll.interval = parse_duration(w.at(1)).value(); }},
        {"confirm",
         [](Script& s, const Words& w) { s.world.settings.alerts.confirm_after = parse_duration(w.at(1)).value(); }},
        {"quiet",
         [](Script& s, const Words& w) {
             s.world.settings.alerts.quiet_hours = QuietHours{.begin = clock_time(w.at(1)), .end = clock_time(w.at(2))};
         }},
        {"per_hour",
         [](Script& s, const Words& w) { s.world.settings.alerts.per_hour = static_cast<int>(whole_number(w.at(1))); }},
        {"burst",
         [](Script& s, const Words& w) {
             auto& burst = s.world.settings.alerts.burst.emplace();
             burst.mailboxes = static_cast<int>(whole_number(w.at(1)));
             burst.share = static_cast<double>(whole_number(w.at(2))) / 100;
         }},
        {"holidays", read_holidays},
        {"no_smtp", [](Script& s, const Words&) { s.world.has_smtp = false; }},
        {"admin", [](Script& s, const Words&) { s.world.has_admin = true; }},
        {"rules_tell",
         [](Script& s, const Words&) { s.world.settings.alerts.webmaster = settings::WebmasterBy::rules; }},
        {"forecast", [](Script& s, const Words&) { s.world.judges_by_forecast = true; }},
        {"mailbox", [](Script& s, const Words& w) { s.world.boxes.push_back(read_box(w, 1)); }},
        {"mailboxes", read_boxes},
        {"day", read_step},
        {"days", read_step},
        {"until", [](Script& s, const Words& w) { s.end_day = static_cast<int>(whole_number(w.at(2))); }},
    };
    return all;
}

} // namespace

std::int64_t whole_number(const std::string& text) {
    std::int64_t number = 0;
    const char* begin = text.data() + (text.starts_with('+') ? 1 : 0);
    const char* end = text.data() + text.size();
    const auto [stopped, error] = std::from_chars(begin, end, number);
    if (error != std::errc{} || stopped != end)
        throw std::invalid_argument("no number: " + text);
    return number;
}

Script read_script(const std::string& text) {
    Script script;
    script.world.settings.poll.interval = std::chrono::hours(1);
    script.world.settings.alerts.confirm_after = Seconds(0);
    script.world.settings.alerts.burst.reset();
    bool in_expectation = false;
    std::istringstream stream(text);
    for (std::string line; std::getline(stream, line);) {
        std::istringstream line_stream(line);
        Words words{std::istream_iterator<std::string>(line_stream), {}};
        if (words.empty() || words[0][0] == '#')
            continue;
        if (in_expectation) {
            script.expected.push_back(line);
            continue;
        }
        in_expectation = words[0] == "then";
        try {
            if (!in_expectation)
                readers().at(words[0])(script, words);
        } catch (const std::exception& error) {
            throw std::invalid_argument("not understood: " + line + " (" + error.what() + ')');
        }
    }
    std::stable_sort(script.steps.begin(), script.steps.end(), [](const Step& one, const Step& other) {
        return std::tuple(one.era, one.day, one.minute_of_day) < std::tuple(other.era, other.day, other.minute_of_day);
    });
    return script;
}

} // namespace mailquotad::scenarios
