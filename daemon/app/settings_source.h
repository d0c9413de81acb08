// Where the daemon's settings come from: a file that is read again on SIGHUP, and lists of mailboxes, files or queries,
// that are read again when they change.
#pragma once

#include "settings/settings.h"

#include <filesystem>
#include <map>
#include <optional>
#include <string>

namespace mailquotad::app {

/// Used by the loop alone. What is wrong with a file goes to the log, by file, line and column; the old settings stay.
class SettingsSource {
public:
    /// `loaded` is what the file gave at the start, without an error; `hash_key` is the store's, for derived slugs;
    /// `database` runs the queries of lists.
    SettingsSource(std::filesystem::path file, const settings::Loaded& loaded, std::string hash_key,
                   settings::DatabaseReader database = {});

    /// Everything anew; nothing where there is an error.
    std::optional<settings::Settings> reload();

    /// Whether a list differs from what was last read of it. One that was written within the last two seconds is left
    /// for the next look: its writer may not be done.
    [[nodiscard]] bool lists_changed(Time now) const;

    /// The lists anew, with the settings file as it was when it was last taken over: what somebody is editing there
    /// waits for its SIGHUP.
    std::optional<settings::Settings> reload_lists();

    /// Once in every poll.interval: reload_lists where a file or the rows of a query changed; nothing otherwise. A
    /// query that cannot be run, or can be run again, is a change too: the first is told, the second proves all to be
    /// well.
    std::optional<std::optional<settings::Settings>> new_lists(Time now);

private:
    using Answers = std::map<std::string, settings::QueryRows>; ///< by query

    /// Runs the queries of the settings in force.
    [[nodiscard]] Answers ask() const;
    [[nodiscard]] bool are_news(const Answers& answers) const;
    /// Takes the rows from `answers` where they are there, so that nothing else is taken over than what was seen.
    std::optional<settings::Settings> reload_lists(const Answers& answers);
    void remember_lists(const settings::Loaded& loaded);
    std::optional<settings::Settings> take(settings::Loaded loaded);

    std::filesystem::path file_;
    std::string hash_key_;
    std::string text_; ///< of the settings in force
    std::map<std::filesystem::path, settings::FileStamp> lists_;
    settings::DatabaseReader database_;
    settings::Database place_;                   ///< of the settings in force
    std::map<std::string, std::string> queries_; ///< and the state of their rows
    Seconds interval_;                           ///< of the settings in force
    Time looked_at_{};                           ///< at the lists
    settings::Settings running_; ///< as at the start, without mailboxes: what needs a restart is compared with it
};

} // namespace mailquotad::app
