// language, timezone, state_directory, database, [poll], [alerts] and [http].
#include "settings/environment.h"
#include "settings/files.h"
#include "settings/readers.h"
#include "settings/suggestion.h"
#include "settings/values.h"

#include <algorithm>

namespace mailquotad::settings {

using namespace std::chrono_literals;

namespace {

std::filesystem::path default_state_directory() {
    const auto given = environment_text("STATE_DIRECTORY");
    return given.empty() ? "/var/lib/mailquotad"
                         : given.substr(0, given.find(':')); // systemd joins several with colons
}

std::string read_timezone(const Table& root) {
    const auto zone = root.text("timezone");
    if (!zone || zone->empty() || is_known_zone(*zone))
        return zone.value_or("");
    const auto near = nearest(*zone, zone_names());
    root.error("timezone", "is " + in_quotes(*zone) + ", which the time zone database of this machine does not have" +
                               (near ? "; did you mean \"" + *near + "\"?"
                                     : "; a zone is named like \"Europe/Berlin\" (package tzdata)"));
    return "";
}

bool has_password(const std::string& url) {
    const auto begin = url.find("://") + 3;
    const auto authority = url.substr(begin, url.find_first_of("/?", begin) - begin);
    const auto at = authority.rfind('@');
    return (at != std::string::npos && authority.substr(0, at).find(':') != std::string::npos) ||
           url.find("password=") != std::string::npos;
}

Database read_database(const Table& root) {
    Database database;
    if (const auto name = root.text("database"); name && *name != "sqlite")
        root.error("database",
                   R"(must be "sqlite" or { url = "postgresql://USER@HOST/NAME", password = { credential = "db" } })");
    const auto table = root.table("database");
    const auto url = table.text("url");
    if (url) {
        const bool scheme = url->starts_with("postgresql://") || url->starts_with("postgres://");
        if (!scheme || has_control_character(*url))
            table.error("url", R"(must be a URL such as "postgresql://USER@HOST[:PORT]/NAME")");
        else if (has_password(*url))
            table.error("url", "must not hold a password; name its place with password = { credential = \"db\" }");
        else
            database.postgresql_url = *url;
    }
    database.password = read_secret_reference(table, "password");
    return database;
}

std::optional<QuietHours> read_quiet_hours(const Table& table) {
    const auto times = table.texts("quiet_hours");
    if (!times)
        return QuietHours{.begin = 20h, .end = 8h};
    if (times->empty())
        return std::nullopt;
    const auto begin = times->size() == 2 ? parse_time_of_day(times->front()) : std::nullopt;
    const auto end = times->size() == 2 ? parse_time_of_day(times->back()) : std::nullopt;
    if (!begin || !end || *begin == *end) {
        table.error("quiet_hours", R"(must be two different times such as ["20:00", "08:00"], or [] for none)");
        return std::nullopt;
    }
    return QuietHours{.begin = *begin, .end = *end};
}

std::optional<BurstRule> read_burst(const Table& alerts) {
    const auto table = alerts.table("burst");
    if (!table.exists())
        return BurstRule{};
    if (!table.has("mailboxes") && !table.has("share"))
        return std::nullopt;
    for (const auto* key : {"mailboxes", "share"}) {
        if (!table.has(key))
            table.error(key, R"(is missing; burst must be { mailboxes = 3, share = "25%" }, both keys, or {} for off)");
    }
    BurstRule burst;
    burst.mailboxes = table.integer("mailboxes", 1, 10000).value_or(burst.mailboxes);
    const auto share = table.ratio("share");
    if (share && *share < 0.01)
        table.refuse("share", table.text("share").value_or(""));
    burst.share = share.value_or(burst.share);
    return burst;
}

DaysOff read_holidays(const Table& table) {
    DaysOff days;
    for (const auto& day : table.texts("holidays").value_or(std::vector<std::string>{})) {
        if (!add_day_off(days, day))
            table.refuse("holidays", day);
    }
    return days;
}

std::optional<Weekly> read_digest(const Table& table) {
    const auto written = table.text("digest");
    if (!written)
        return Weekly{.day = std::chrono::Monday, .minute_of_day = 7h};
    if (written->empty())
        return std::nullopt;
    const auto weekly = parse_weekly(*written);
    if (!weekly)
        table.refuse("digest", *written);
    return weekly;
}

} // namespace

std::optional<std::string> read_language(const Table& table, std::string_view key, const DataDirectories& data) {
    const auto language = table.text(key);
    if (!language)
        return std::nullopt;
    if (!is_data_name(*language)) {
        table.refuse(key, *language);
        return std::nullopt;
    }
    std::error_code error;
    const bool checkable = !data.messages.empty() && std::filesystem::is_directory(data.messages, error);
    if (checkable && !std::filesystem::is_directory(data.messages / *language, error)) {
        table.unknown_word(key, *language, folders_in(data.messages));
        return std::nullopt;
    }
    return language;
}

void read_general(const Table& root, const DataDirectories& data, Settings& settings) {
    settings.language = read_language(root, "language", data).value_or(settings.language);
    settings.timezone = read_timezone(root);
    const auto folder = root.line("state_directory");
    if (folder && !folder->starts_with('/'))
        root.refuse("state_directory", *folder);
    settings.state_directory = folder ? std::filesystem::path(*folder) : default_state_directory();
    settings.database = read_database(root);
}

Poll read_poll(const Table& table) {
    Poll poll;
    poll.interval = table.duration("interval", 1s, Days(7)).value_or(poll.interval);
    if (poll.interval < 5min)
        table.warning("interval", "is " + format_duration(poll.interval) +
                                      "; below 5min some providers slow down or lock out a client");
    poll.timeout = table.duration("timeout", 1s, 1h).value_or(poll.timeout);
    poll.survey_timeout = table.duration("survey_timeout", 1s, Days(1)).value_or(poll.survey_timeout);
    poll.workers = table.integer("workers", 1, 512).value_or(poll.workers);
    poll.per_server = table.integer("per_server", 1, 512).value_or(poll.per_server);
    return poll;
}

constexpr std::pair<std::string_view, WebmasterBy> kWebmasterBy[] = {{"daemon", WebmasterBy::daemon},
                                                                     {"rules", WebmasterBy::rules}};

Alerts read_alerts(const Table& table) {
    Alerts alerts;
    alerts.confirm_after = table.duration("confirm_after", 0s, Days(1)).value_or(alerts.confirm_after);
    alerts.quiet_hours = read_quiet_hours(table);
    alerts.days_off = read_holidays(table);
    alerts.per_hour = table.integer("per_hour", 1, 10000).value_or(alerts.per_hour);
    alerts.burst = read_burst(table);
    alerts.digest = read_digest(table);
    alerts.webmaster = table.choice<WebmasterBy>("webmaster", kWebmasterBy).value_or(alerts.webmaster);
    return alerts;
}

Log read_log(const Table& table) {
    static constexpr std::pair<std::string_view, std::string_view> kLevels[] = {
        {"debug", "debug"}, {"info", "info"}, {"warning", "warning"}, {"error", "error"}};
    Log log;
    log.level = table.choice<std::string_view>("level", kLevels).value_or(log.level);
    return log;
}

Wording read_wording(const Table& table) {
    return {.formal = table.boolean("formal").value_or(false),
            .webmaster = table.line("webmaster").value_or(""),
            .contact = table.line("contact").value_or(""),
            .announced = table.line("announced").value_or("")};
}

Http read_http(const Table& table) {
    Http http{.address = "127.0.0.1", .port = 19993};
    if (const auto listen = table.text("listen"); listen && listen->empty()) {
        http = {};
    } else if (listen) {
        const auto parsed = parse_listen(*listen);
        if (!parsed)
            table.refuse("listen", *listen);
        http = parsed.value_or(Http{});
    }
    for (const std::string& host : table.texts("hosts").value_or(std::vector<std::string>{})) {
        // Browsers send a name with umlauts in its xn-- form.
        const bool ascii = std::ranges::all_of(host, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
        if (ascii && is_domain(host))
            http.hosts.push_back(host);
        else
            table.refuse("hosts", host);
    }
    return http;
}

} // namespace mailquotad::settings
