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

} // namespace

SettingsSource::SettingsSource(std::filesystem::path file, const settings::Loaded& loaded, std::string hash_key)
    : file_(std::move(file)), hash_key_(std::move(hash_key)), text_(loaded.text), lists_(stamps(loaded.lists)),
      interval_(loaded.settings.value().poll.interval), running_(*loaded.settings) {}

std::optional<std::optional<settings::Settings>> SettingsSource::new_lists(Time now) {
    if (now - looked_at_ < interval_)
        return std::nullopt;
    looked_at_ = now;
    if (!lists_changed(now))
        return std::nullopt;
    return std::make_optional(reload_lists()); // std::optional(…) would not nest
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
    settings::Loaded loaded = settings::load(file_, settings::data_directories());
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
    return take(settings::load_text(text_, file_.string(), settings::data_directories()));
}

std::optional<settings::Settings> SettingsSource::take(settings::Loaded loaded) {
    for (const settings::Problem& problem : loaded.problems)
        spdlog::warn("{}", to_string(problem));
    for (const auto& [list, stamp] : stamps(loaded.lists))
        lists_[list] = stamp; // also of a broken one: it is told once
    if (!loaded.settings) {
        observe::log_event({.event = observe::LogEvent::settings_refused,
                            .level = observe::LogLevel::error,
                            .text = "the settings have errors: the old ones stay in force"});
        return std::nullopt;
    }
    lists_ = stamps(loaded.lists);
    interval_ = loaded.settings->poll.interval;
    settings::derive_slugs(*loaded.settings, hash_key_);
    observe::log_event(
        {.event = observe::LogEvent::settings_read,
         .text = "settings read anew: " + std::to_string(loaded.settings->mailboxes.size()) + " mailboxes"});
    return std::move(loaded.settings);
}

} // namespace mailquotad::app
