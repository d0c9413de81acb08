#include "catch.h"

#include "app/opening.h"
#include "fakes/fake_clock.h"
#include "fakes/fake_service_manager.h"

#include <csignal>

using namespace mailquotad;
using namespace mailquotad::app;

TEST_CASE("a reload while the database cannot be opened is answered, and SIGTERM ends the waiting") {
    os::EventQueue<Event> events;
    fakes::FakeServiceManager service;
    fakes::FakeClock clock;
    int published = 0;
    settings::Settings settings;
    settings.state_directory = "/dev/null/below"; // nobody can make that
    events.post(SignalArrived{.number = SIGHUP});
    events.post(SignalArrived{.number = SIGTERM});
    const auto opened = open_store_patiently(settings, {.events = events,
                                                        .service = service,
                                                        .clock = clock,
                                                        .publish = [&published](const StatusPointer&) { ++published; },
                                                        .version = "1"});
    CHECK_FALSE(opened.has_value());
    CHECK(service.told == std::vector<std::string>{"ready", "reloading", "ready"});
    CHECK(published == 2);
}
