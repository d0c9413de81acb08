#include "core/alert_clock.h"

#include <algorithm>

namespace mailquotad {

namespace {

void clamp(Time& moment, Time now) {
    moment = std::min(moment, now);
}

void clamp(std::optional<Time>& moment, Time now) {
    if (moment)
        clamp(*moment, now);
}

void clamp(Episode& episode, Time now) {
    clamp(episode.began, now);
    if (episode.told)
        clamp(episode.told->at, now);
    if (episode.dropped)
        clamp(episode.dropped->at, now);
}

} // namespace

AlertState not_after(AlertState state, Time now) {
    clamp(state.stage.since, now);
    for (std::optional<Time>& moment : state.stage.left_since)
        clamp(moment, now);
    for (std::optional<Time>& moment : state.stage.seen_since)
        clamp(moment, now);
    if (state.episode)
        clamp(*state.episode, now);
    if (state.unconfirmed)
        clamp(state.unconfirmed->first_seen, now);
    if (state.waiting)
        clamp(state.waiting->since, now);
    clamp(state.last_mail_at, now);
    clamp(state.refused_at, now);
    return state;
}

} // namespace mailquotad
