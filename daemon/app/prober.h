// Probes on workers: how many at once, how many per server, and where their results go.
#pragma once

#include "app/probe_job.h"
#include "os/worker_pool.h"

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace mailquotad::app {

struct ProbeLimits {
    int workers = 16;
    int per_server = 4;
};

/// Used by one thread (the loop); `finished` is called on a worker and must only hand the value on.
class Prober {
public:
    Prober(ProbeWorld world, ProbeLimits limits, std::function<void(ProbeFinished)> finished);

    /// Whether another probe of this server may start now; `one_at_a_time` for a server that is in trouble, so that it
    /// is not pressed and holds no more than one worker.
    [[nodiscard]] bool has_room(const std::string& server, bool one_at_a_time = false) const;
    /// Whether a survey may: one at a time, on a worker of its own, and not as the last connection to its server unless
    /// there is only one.
    [[nodiscard]] bool has_room_for_survey(const std::string& server) const;
    /// One connection for all of these jobs: they are of one visit (app/visits.h), or one survey.
    void start(std::vector<ProbeJob> jobs);
    /// To be told for every value that `finished` handed on.
    void ended(const ProbeFinished& finished);
    /// Somebody else has begun a connection to this server, or ended it: it counts as one of ours.
    void visited(const std::string& server) { ++per_server_[server]; }
    void left(const std::string& server) { --per_server_[server]; }

    [[nodiscard]] int running() const { return running_ + surveys_; }
    /// Probes that run longer than any deadline allows.
    [[nodiscard]] int stuck(Seconds timeout) const;
    void set_per_server(int per_server) { limits_.per_server = per_server; }
    /// At most so many connections to this server, which others use too.
    void limit(const std::string& server, int connections) { limit_of_[server] = connections; }
    /// How many connections to this server may be open.
    [[nodiscard]] int most_of(const std::string& server) const;
    /// Connections to this server that are open now.
    [[nodiscard]] int connections(const std::string& server) const;
    /// The mailbox that is surveyed now; "" for none.
    [[nodiscard]] const std::string& surveying() const { return surveying_; }
    /// Ends the survey that is under way: its result follows at once, as one that failed.
    void break_off_survey() noexcept;
    /// False where a worker is stuck: then the process must end without destroying this object.
    bool shut_down(os::SteadyTime until) {
        const bool surveys_ended = survey_pool_.shut_down(until);
        return pool_.shut_down(until) && surveys_ended;
    }

private:
    ProbeWorld world_;
    ProbeLimits limits_;
    std::function<void(ProbeFinished)> finished_;
    std::map<std::string, int> per_server_;
    std::map<std::string, int> limit_of_; ///< of servers that have one of their own
    std::string surveying_;
    std::shared_ptr<os::Cancellation> survey_ends_; ///< of the survey under way
    int running_ = 0;
    int surveys_ = 0;
    os::WorkerPool pool_; // last: their threads use the members above
    os::WorkerPool survey_pool_;
};

} // namespace mailquotad::app
