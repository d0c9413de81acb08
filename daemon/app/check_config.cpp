// `mailquotad check-config`: the production path up to the first connection, and every problem on the way.
#include "app/commands.h"
#include "app/config_check.h"
#include "app/context.h"
#include "app/mailbox_notes.h"
#include "core/escape.h"
#include "os/clock.h"

#include <grp.h>
#include <pwd.h>
#include <unistd.h>

#include <algorithm>
#include <iostream>
#include <vector>

namespace mailquotad::app {

namespace {

constexpr const char* kServiceUser = "mailquotad";
constexpr const char* kFileOfTheService = "/etc/mailquotad/mailquotad.toml";

/// Root can read everything, so what root finds to be good may fail for the service: its own file is checked with its
/// own rights.
void become_service(const std::filesystem::path& file) {
    const passwd* user = ::geteuid() == 0 && file == kFileOfTheService ? ::getpwnam(kServiceUser) : nullptr;
    if (user == nullptr)
        return;
    const uid_t uid = user->pw_uid;
    const gid_t gid = user->pw_gid;
    if (::initgroups(kServiceUser, gid) != 0 || ::setgid(gid) != 0 || ::setuid(uid) != 0)
        throw CommandFailed(kExitBadSettings, "cannot check as the user mailquotad");
    std::cerr << "note: checked with the rights of the user " << kServiceUser << '\n';
}

bool is_error(const settings::Problem& problem) {
    return problem.severity == settings::Problem::Severity::error;
}

} // namespace

int command_check_config(const CommonOptions& options) {
    const std::filesystem::path file = config_file(options.config);
    become_service(file);
    const settings::Loaded loaded = settings::load(file, settings::data_directories(), database_reader());
    std::vector<settings::Problem> problems = loaded.problems;
    const auto add = [&problems](const std::vector<settings::Problem>& more) {
        problems.insert(problems.end(), more.begin(), more.end());
    };
    if (loaded.settings) {
        if (!loaded.settings->timezone.empty())
            os::set_zone(loaded.settings->timezone);
        add(problems_of_start(file, loaded));
    }
    add(problems_of_texts());
    for (const settings::Problem& problem : problems)
        std::cerr << to_string(problem) << '\n';
    if (loaded.settings) {
        for (const Remark& remark : remarks_on(*loaded.settings))
            std::cerr << "note: " << for_terminal(remark.text) << '\n';
    }
    if (std::any_of(problems.begin(), problems.end(), is_error))
        throw CommandFailed(kExitBadSettings, "the settings have errors: " + for_terminal(file.string()));
    print(for_terminal(file.string()) + ": good, " + std::to_string(loaded.settings->mailboxes.size()) +
          " mailboxes at " + std::to_string(loaded.settings->servers.size()) + " servers\n");
    return 0;
}

} // namespace mailquotad::app
