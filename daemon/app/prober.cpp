#include "app/prober.h"

#include <algorithm>
#include <utility>

namespace mailquotad::app {

Prober::Prober(ProbeWorld world, ProbeLimits limits, std::function<void(ProbeFinished)> finished)
    : world_(std::move(world)), limits_(limits), finished_(std::move(finished)), pool_(limits.workers),
      survey_pool_(1) {}

bool Prober::has_room(const std::string& server, bool one_at_a_time) const {
    const int most = one_at_a_time ? std::min(1, most_of(server)) : most_of(server);
    return running_ < limits_.workers && connections(server) < most;
}

int Prober::most_of(const std::string& server) const {
    const auto found = limit_of_.find(server);
    return found == limit_of_.end() ? limits_.per_server : std::min(found->second, limits_.per_server);
}

int Prober::connections(const std::string& server) const {
    const auto found = per_server_.find(server);
    return found == per_server_.end() ? 0 : found->second;
}

bool Prober::has_room_for_survey(const std::string& server) const {
    const int most = most_of(server);
    return surveys_ == 0 && connections(server) < std::min(most, std::max(1, most - 1));
}

void Prober::start(std::vector<ProbeJob> jobs) {
    const bool is_survey = jobs.front().survey_from.has_value();
    ++(is_survey ? surveys_ : running_);
    ++per_server_[jobs.front().server];
    ProbeWorld world = world_;
    std::shared_ptr<const os::Cancellation> ends;
    if (is_survey) {
        surveying_ = jobs.front().slug;
        ends = survey_ends_ = std::make_shared<os::Cancellation>();
        world.cancellation = ends.get();
    }
    (is_survey ? survey_pool_ : pool_).submit([this, jobs = std::move(jobs), world = std::move(world), ends] {
        for (ProbeFinished& finished : run_visit(jobs, world))
            finished_(std::move(finished));
    });
}

void Prober::break_off_survey() noexcept {
    if (survey_ends_)
        survey_ends_->cancel();
}

void Prober::ended(const ProbeFinished& finished) {
    if (!finished.ends_visit)
        return;
    --(finished.was_survey ? surveys_ : running_);
    if (finished.was_survey) {
        surveying_.clear();
        survey_ends_.reset();
    }
    --per_server_[finished.server];
}

int Prober::stuck(Seconds timeout) const {
    constexpr std::chrono::seconds grace{30};
    return pool_.running_longer_than(timeout + grace);
}

} // namespace mailquotad::app
