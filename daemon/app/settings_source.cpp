#include "app/settings_source.h"

#include "observe/log_event.h"
#include "settings/files.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

namespace mailquotad::app {

namespace {

constexpr Seconds kWritersPatience{2};

std::map<std::filesystem::path, settings::FileStamp> stamps(const std::vector<settings::ListFile>& lists) {
    std::map<std::filesystem::path, settings::FileStamp> seen;
    for (const settings::ListFile& list : lists)
        seen[list.file] = list.stamp;
    return seen;
}

std::map<std::string, std::string> states(const std::vector<settings::ListQuery>& queries) {
    std::map<std::string, std::string> seen;
    for (const settings::ListQuery& query : queries)
        seen[query.query] = query.state;
    return seen;
}

/// What to say of settings that were refused.
std::string refusal(const settings::Loaded& loaded) {
    const bool all_were_run = std::ranges::all_of(loaded.queries, &settings::ListQuery::was_run);
    return all_were_run ? "the settings have errors: the old ones stay in force"
                        : "mailboxes cannot be read from the database: none of those that were known is given up";
}

} // namespace

SettingsSource::SettingsSource(std::filesystem::path file, const settings::Loaded& loaded, std::string hash_key,
                               settings::DatabaseReader database)
    : file_(std::move(file)), hash_key_(std::move(hash_key)), text_(loaded.text), lists_(stamps(loaded.lists)),
      database_(std::move(database)), place_(loaded.settings.value().database), queries_(states(loaded.queries)),
      interval_(loaded.settings.value().poll.interval), running_(*loaded.settings) {
    running_.mailboxes = std::vector<settings::Mailbox>(); // none needs a restart; "= {}" would keep the room for all
}

std::optional<std::optional<settings::Settings>> SettingsSource::new_lists(Time now) {
    if (now - looked_at_ < interval_)
        return std::nullopt;
    looked_at_ = now;
    const Answers answers = ask();
    if (!lists_changed(now) && !are_news(answers))
        return std::nullopt;
    return std::make_optional(reload_lists(answers)); // std::optional(…) would not nest
}

SettingsSource::Answers SettingsSource::ask() const {
    Answers answers;
    for (const auto& [query, state] : queries_)
        answers.emplace(query, database_.rows_of(place_, query));
    return answers;
}

bool SettingsSource::are_news(const Answers& answers) const {
    return std::ranges::any_of(
        answers, [this](const auto& answer) { return state_of(answer.second) != queries_.at(answer.first); });
}

bool SettingsSource::lists_changed(Time now) const {
    return std::any_of(lists_.begin(), lists_.end(), [now](const auto& list) {
        const settings::FileStamp stamp = settings::stamp_of(list.first);
        const Time changed{std::chrono::seconds(stamp.changed_ns / 1'000'000'000)};
        const bool is_settled = now >= changed + kWritersPatience || changed > now; // a clock that was set back
        return stamp != list.second && is_settled;
    });
}

std::optional<settings::Settings> SettingsSource::reload() {
    settings::Loaded loaded = settings::load(file_, settings::data_directories(), database_);
    const std::string text = loaded.text;
    auto settings = take(std::move(loaded));
    if (!settings)
        return std::nullopt;
    text_ = text;
    if (settings->state_directory != running_.state_directory || settings->http != running_.http ||
        settings->database != running_.database || settings->timezone != running_.timezone ||
        settings->poll.workers != running_.poll.workers)
        spdlog::warn("state_directory, database, timezone, http and poll.workers take effect at the next start");
    return settings;
}

std::optional<settings::Settings> SettingsSource::reload_lists() {
    return reload_lists(Answers{});
}

std::optional<settings::Settings> SettingsSource::reload_lists(const Answers& answers) {
    settings::DatabaseReader reader = database_;
    reader.rows_of = [&](const settings::Database& place, const std::string& query) {
        const auto known = answers.find(query);
        return known != answers.end() ? known->second : database_.rows_of(place, query);
    };
    settings::Loaded loaded = settings::load_text(text_, file_.string(), settings::data_directories(), reader);
    remember_lists(loaded); // also broken ones: they are told once
    return take(std::move(loaded));
}

void SettingsSource::remember_lists(const settings::Loaded& loaded) {
    for (const auto& [list, stamp] : stamps(loaded.lists))
        lists_[list] = stamp;
    for (const auto& [query, state] : states(loaded.queries))
        queries_[query] = state;
}

std::optional<settings::Settings> SettingsSource::take(settings::Loaded loaded) {
    for (const settings::Problem& problem : loaded.problems)
        spdlog::warn("{}", to_string(problem));
    if (!loaded.settings) {
        observe::log_event(
            {.event = observe::LogEvent::settings_refused, .level = observe::LogLevel::error, .text = refusal(loaded)});
        return std::nullopt;
    }
    lists_ = stamps(loaded.lists);
    queries_ = states(loaded.queries);
    place_ = loaded.settings->database;
    interval_ = loaded.settings->poll.interval;
    settings::derive_slugs(*loaded.settings, hash_key_);
    observe::log_event(
        {.event = observe::LogEvent::settings_read,
         .text = "settings read anew: " + std::to_string(loaded.settings->mailboxes.size()) + " mailboxes"});
    return std::move(loaded.settings);
}

} // namespace mailquotad::app
