// Probes on workers: how many at once, how many per server, and where their results go.
#pragma once

#include "app/probe_job.h"
#include "os/worker_pool.h"

#include <functional>
#include <map>
#include <string>

namespace mailquotad::app {

struct ProbeLimits {
    int workers = 16;
    int per_server = 4;
};

/// Used by one thread (the loop); `finished` is called on a worker and must only hand the value on.
class Prober {
public:
    Prober(ProbeWorld world, ProbeLimits limits, std::function<void(ProbeFinished)> finished);

    /// Whether another probe of this server may start now.
    [[nodiscard]] bool has_room(const std::string& server) const;
    void start(ProbeJob job);
    /// To be told for every value that `finished` handed on.
    void ended(const std::string& server);

    [[nodiscard]] int running() const { return running_; }
    /// Probes that run longer than any deadline allows.
    [[nodiscard]] int stuck(Seconds timeout) const;
    void set_per_server(int per_server) { limits_.per_server = per_server; }
    /// False where a worker is stuck: then the process must end without destroying this object.
    bool shut_down(os::SteadyTime until) { return pool_.shut_down(until); }

private:
    ProbeWorld world_;
    ProbeLimits limits_;
    std::function<void(ProbeFinished)> finished_;
    std::map<std::string, int> per_server_;
    int running_ = 0;
    os::WorkerPool pool_; // last: its threads use the members above
};

} // namespace mailquotad::app
