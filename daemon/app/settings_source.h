// Where the daemon's settings come from: a file that is read again on SIGHUP, and lists of mailboxes that are read
// again when they change.
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
    /// `loaded` is what the file gave at the start, without an error; `hash_key` is the store's, for derived slugs.
    SettingsSource(std::filesystem::path file, const settings::Loaded& loaded, std::string hash_key);

    /// Everything anew; nothing where there is an error.
    std::optional<settings::Settings> reload();

    /// Whether a list differs from what was last read of it. One that was written within the last two seconds is left
    /// for the next look: its writer may not be done.
    [[nodiscard]] bool lists_changed(Time now) const;

    /// The lists anew, with the settings file as it was when it was last taken over: what somebody is editing there
    /// waits for its SIGHUP.
    std::optional<settings::Settings> reload_lists();

    /// Once in every poll.interval: reload_lists where they changed; nothing otherwise.
    std::optional<std::optional<settings::Settings>> new_lists(Time now);

private:
    std::optional<settings::Settings> take(settings::Loaded loaded);

    std::filesystem::path file_;
    std::string hash_key_;
    std::string text_; ///< of the settings in force
    std::map<std::filesystem::path, settings::FileStamp> lists_;
    Seconds interval_;           ///< of the settings in force
    Time looked_at_{};           ///< at the lists
    settings::Settings running_; ///< as at the start: what needs a restart is compared with it
};

} // namespace mailquotad::app
