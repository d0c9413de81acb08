#include "app/prober.h"

#include <algorithm>
#include <utility>

namespace mailquotad::app {

Prober::Prober(ProbeWorld world, ProbeLimits limits, std::function<void(ProbeFinished)> finished)
    : world_(std::move(world)), limits_(limits), finished_(std::move(finished)), pool_(limits.workers),
      survey_pool_(1) {}

bool Prober::has_room(const std::string& server) const {
    const auto found = per_server_.find(server);
    return running_ < limits_.workers && (found == per_server_.end() || found->second < limits_.per_server);
}

bool Prober::has_room_for_survey(const std::string& server) const {
    const auto found = per_server_.find(server);
    const int connections = found == per_server_.end() ? 0 : found->second;
    return surveys_ == 0 && connections < std::max(1, limits_.per_server - 1);
}

void Prober::start(ProbeJob job) {
    const bool is_survey = job.survey_from.has_value();
    ++(is_survey ? surveys_ : running_);
    ++per_server_[job.server];
    (is_survey ? survey_pool_ : pool_).submit([this, job = std::move(job)] { finished_(run_probe(job, world_)); });
}

void Prober::ended(const ProbeFinished& finished) {
    --(finished.was_survey ? surveys_ : running_);
    --per_server_[finished.server];
}

int Prober::stuck(Seconds timeout) const {
    constexpr std::chrono::seconds grace{30};
    return pool_.running_longer_than(timeout + grace);
}

} // namespace mailquotad::app
