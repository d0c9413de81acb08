#include "app/server_watch.h"

#include "catch.h"

namespace mailquotad::app {
namespace {

const Time kNoon{std::chrono::sys_days{std::chrono::year{2026} / 11 / 21} + std::chrono::hours(12)};

ServerFailure failure(const std::string& slug, FailureKind kind, bool answered = true) {
    return {.server = "club",
            .slug = slug,
            .failure = {.kind = kind, .detail = "what " + slug + " met"},
            .failing_since = kNoon,
            .answered = answered};
}

ServerWatch watch(int mailboxes) {
    ServerWatch watch;
    watch.set_servers({{"club", mailboxes}});
    return watch;
}

TEST_CASE("a server that takes no connection is one event, however many mailboxes it has") {
    ServerWatch servers = watch(500);
    CHECK(servers.failed(failure("box0", FailureKind::connect)));
    for (int i = 1; i < 500; ++i)
        CHECK_FALSE(servers.failed(failure("box" + std::to_string(i), FailureKind::connect)));
    REQUIRE(servers.troubles().size() == 1);
    CHECK(servers.troubles().front().mailboxes == 500);
    CHECK(servers.troubles().front().detail == "what box0 met");
    const auto ended = servers.succeeded("club");
    REQUIRE(ended);
    CHECK(ended->since == kNoon);
    CHECK_FALSE(servers.succeeded("club"));
    CHECK_FALSE(servers.troubled("club"));
}

TEST_CASE("every kind before the login is the server's, whatever mailbox met it") {
    for (const FailureKind kind : {FailureKind::dns, FailureKind::connect, FailureKind::tls, FailureKind::greeting})
        CHECK(watch(9).failed(failure("kim", kind)));
    CHECK(watch(9).failed(failure("kim", FailureKind::timeout, false)));
    CHECK_FALSE(watch(9).failed(failure("kim", FailureKind::timeout, true)));
}

TEST_CASE("what may be one mailbox's own fault is the server's only when at least half of them fail alike in a row") {
    ServerWatch servers = watch(10);
    for (const char* slug : {"a", "b", "c", "d"})
        CHECK_FALSE(servers.failed(failure(slug, FailureKind::throttled)));
    CHECK(servers.failed(failure("e", FailureKind::throttled)));
    CHECK(servers.troubled("club"));
}

TEST_CASE("the same mailbox failing again and again is not a server failing") {
    ServerWatch servers = watch(3);
    for (int i = 0; i < 100; ++i)
        CHECK_FALSE(servers.failed(failure("kim", FailureKind::login_refused)));
    CHECK_FALSE(servers.troubled("club"));
}

TEST_CASE("a success between the failures, or another kind, begins the count anew") {
    ServerWatch servers = watch(4);
    servers.failed(failure("a", FailureKind::protocol));
    servers.failed(failure("b", FailureKind::protocol));
    servers.succeeded("club");
    CHECK_FALSE(servers.failed(failure("c", FailureKind::protocol)));
    CHECK_FALSE(servers.failed(failure("d", FailureKind::login_refused)));
    CHECK_FALSE(servers.failed(failure("a", FailureKind::login_refused)));
    CHECK(servers.failed(failure("b", FailureKind::login_refused)));
}

TEST_CASE("what a credential's place did wrong says nothing of the server") {
    ServerWatch servers = watch(3);
    for (const char* slug : {"a", "b", "c"}) {
        CHECK_FALSE(servers.failed(failure(slug, FailureKind::credential)));
        CHECK_FALSE(servers.failed(failure(slug, FailureKind::internal)));
    }
}

TEST_CASE("a trouble lasts while it changes its face, and goes with its server") {
    ServerWatch servers = watch(3);
    CHECK(servers.failed(failure("a", FailureKind::connect)));
    CHECK_FALSE(servers.failed(failure("b", FailureKind::dns)));
    CHECK(servers.troubled("club"));
    servers.set_servers({{"other", 1}});
    CHECK(servers.troubles().empty());
}

} // namespace
} // namespace mailquotad::app
