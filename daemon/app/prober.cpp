#include "app/prober.h"

#include <utility>

namespace mailquotad::app {

Prober::Prober(ProbeWorld world, ProbeLimits limits, std::function<void(ProbeFinished)> finished)
    : world_(std::move(world)), limits_(limits), finished_(std::move(finished)), pool_(limits.workers) {}

bool Prober::has_room(const std::string& server) const {
    const auto found = per_server_.find(server);
    return running_ < limits_.workers && (found == per_server_.end() || found->second < limits_.per_server);
}

void Prober::start(ProbeJob job) {
    ++running_;
    ++per_server_[job.server];
    pool_.submit([this, job = std::move(job)] { finished_(run_probe(job, world_)); });
}

void Prober::ended(const std::string& server) {
    --running_;
    --per_server_[server];
}

int Prober::stuck(Seconds timeout) const {
    constexpr std::chrono::seconds grace{30};
    return pool_.running_longer_than(timeout + grace);
}

} // namespace mailquotad::app
