#include "app/prober.h"

#include "catch.h"
#include "fakes/fake_clock.h"

#include <poll.h>

#include <future>

namespace mailquotad::app {
namespace {

/// A server that never answers.
struct Silent : net::Connector {
    std::unique_ptr<net::Transport> connect(const net::ConnectOptions& options) override {
        ::pollfd until{.fd = options.deadline.cancellation->descriptor(), .events = POLLIN, .revents = 0};
        const bool was_cancelled = ::poll(&until, 1, options.deadline.poll_timeout()) == 1;
        throw net::NetError(FailureKind::timeout, was_cancelled ? "stopped" : "time is up");
    }
};

ProbeJob survey_of(const std::string& slug) {
    ProbeJob job;
    job.slug = slug;
    job.server = "club";
    job.password = Secret("secret");
    job.request.timeout = Seconds(60);
    job.survey_from = Survey{};
    return job;
}

} // namespace

TEST_CASE("a survey is broken off without anything else, and the next one is not") {
    Silent connector;
    fakes::FakeClock clock;
    const os::Cancellation everything;
    std::promise<ProbeFinished> result;
    Prober prober({.connector = connector, .clock = clock, .secrets = {}, .cancellation = &everything},
                  {.workers = 1, .per_server = 4},
                  [&result](ProbeFinished finished) { result.set_value(std::move(finished)); });
    prober.break_off_survey(); // there is none
    for (const std::string slug : {"kim", "uli"}) {
        prober.start({survey_of(slug)});
        CHECK(prober.surveying() == slug);
        CHECK_FALSE(prober.has_room_for_survey("club"));
        prober.break_off_survey();
        const ProbeFinished finished = result.get_future().get();
        result = {};
        REQUIRE(finished.report.failure() != nullptr);
        CHECK(finished.report.failure()->detail.find("stopped") != std::string::npos);
        prober.ended(finished);
        CHECK(prober.surveying().empty());
        CHECK(prober.has_room_for_survey("club"));
    }
    CHECK_FALSE(everything.cancelled());
}

} // namespace mailquotad::app
