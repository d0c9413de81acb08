// A scenario: a text script about mailboxes and servers, and the mails that must go out.
//
//   interval 1h              poll.interval; also: confirm 10min, quiet 20:00 08:00
//   mailbox kim 50 %         a mailbox with a limit of 1000 MiB, so much of it used, password right
//   day 3 10:00 kim 93 %     from then on so much is used
//   day 3 10:00 kim limit 500 MiB
//   day 3 10:00 kim password wrong | right
//   day 3 10:00 server down | up
//   day 3 10:00 smtp down | refusing | up
//   day 3 10:00 restart      the daemon ends and starts again on the same database
//   until day 30             the end; day 1 begins at 00:00 on Monday 2026-11-02, in UTC
//   mails                    then the mails to owners, in order:
//   day 3 kim urgent warning          day, mailbox, stage, kind; no hour, since polls have jitter
#pragma once

#include <string>
#include <vector>

namespace mailquotad::scenarios {

struct Outcome {
    std::vector<std::string> mails; ///< as in the script
    std::vector<std::string> expected;
    int logins = 0;
    int expected_logins = -1; ///< -1: not said
};

/// Plays a script to its end in a database of its own. Throws std::invalid_argument that names a bad line.
Outcome play(const std::string& script);

} // namespace mailquotad::scenarios
