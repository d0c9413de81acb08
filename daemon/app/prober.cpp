#include "app/prober.h"

#include <algorithm>
#include <utility>

namespace mailquotad::app {

Prober::Prober(ProbeWorld world, ProbeLimits limits, std::function<void(ProbeFinished)> finished)
    : world_(std::move(world)), limits_(limits), finished_(std::move(finished)), pool_(limits.workers),
      survey_pool_(1) {}

bool Prober::has_room(const std::string& server, bool one_at_a_time) const {
    const auto found = per_server_.find(server);
    const int most = one_at_a_time ? 1 : limits_.per_server;
    return running_ < limits_.workers && (found == per_server_.end() || found->second < most);
}

bool Prober::has_room_for_survey(const std::string& server) const {
    const auto found = per_server_.find(server);
    const int connections = found == per_server_.end() ? 0 : found->second;
    return surveys_ == 0 && connections < std::max(1, limits_.per_server - 1);
}

void Prober::start(std::vector<ProbeJob> jobs) {
    const bool is_survey = jobs.front().survey_from.has_value();
    ++(is_survey ? surveys_ : running_);
    ++per_server_[jobs.front().server];
    (is_survey ? survey_pool_ : pool_).submit([this, jobs = std::move(jobs)] {
        for (ProbeFinished& finished : run_visit(jobs, world_))
            finished_(std::move(finished));
    });
}

void Prober::ended(const ProbeFinished& finished) {
    if (!finished.ends_visit)
        return;
    --(finished.was_survey ? surveys_ : running_);
    --per_server_[finished.server];
}

int Prober::stuck(Seconds timeout) const {
    constexpr std::chrono::seconds grace{30};
    return pool_.running_longer_than(timeout + grace);
}

} // namespace mailquotad::app
