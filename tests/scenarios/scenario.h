// A scenario: a text script about mailboxes and servers, and what must come of it. Times are those of the clocks on
// the wall in the zone of the script. Nothing has jitter here, so that a person can reckon every minute.
//
//   zone Europe/Berlin          default UTC
//   begin 2026-10-20            day 1 begins at 00:00 of it; default Monday 2026-11-02
//   interval 1h                 the settings of the same name: confirm 10min (default 0s), quiet 20:00 08:00 (default
//   per_hour 20                 none), burst 3 25 (default off), holidays Sun 12-25 (default none)
//   no_smtp                     there is no [smtp]; default: there is
//   forecast                    full_within counts too; default: it does not, so that a person can reckon the stages
//   admin                       there is an smtp.admin, webmaster@verein.example; then the loop wakes again a minute
//                               after something happened: troubles are looked for once a minute
//   rules_tell                  alerts.webmaster = "rules"
//   mailbox kim 50 %            so much of its limit used; then, as wanted: of 1000 MiB (default), of none,
//                               no_address, second_address, wants_notice, tell_webmaster, tell_nobody
//   mailboxes 20 box 50 %       box1 to box20, with the same words behind
//
//   day 3 10:00 EVENT           from then on; days 3-9 10:00 EVENT: on each of these days
//     kim 93 %   kim +2 %   kim 501 MiB   kim +25 MiB   kim -300 MiB
//     kim limit 500 MiB   kim limit none   kim password changed   kim password right
//     kim quota refused   kim quota told      whether the server tells the quota at all
//     everyone …                as for one mailbox
//     server down   server up   smtp down   smtp refusing   smtp up   smtp refuses kim@privat.example
//     restart   stop   start    of the daemon
//     clock +1h   clock -1h     the system's clock moves, the steady one does not: it was set, or the machine slept;
//                               later days and hours are those of the moved clock
//     credential changed        our own copy of the password, for all mailboxes: "secret" at the beginning
//     silence kim 7d            silence kim end
//     release   drop            of what the burst guard holds
//   until day 30                the end
//   then                        what a person could notice, in order, and nothing else:
//   day 3 10:00 kim mail urgent warning stage_raised used       stage, kind, the decision's reason, the stage's reasons
//   day 3 10:00 kim mail second urgent …                        it went to the second address alone
//   day 3 10:00 kim held warning quiet_hours                    a mail was held back: stage, reason
//   day 3 11:00 kim quiet stage_ok                              what was held back is given up: reason
//   day 3 11:00 kim quiet withdrawn                             a waiting mail was taken back
//   day 3 11:00 kim login refused                               the server refused a login
//   day 3 11:00 webmaster mail call kim                         a mail about one mailbox: please call, or all_clear
//   day 3 11:00 webmaster mail server qloc has not …            any other: its subject, in English
#pragma once

#include <string>
#include <vector>

namespace mailquotad::scenarios {

struct Outcome {
    std::vector<std::string> happened;
    std::vector<std::string> expected;
};

/// Plays a script to its end in a world of its own. Throws std::invalid_argument that names a line that is not
/// understood.
Outcome play(const std::string& script);

} // namespace mailquotad::scenarios
