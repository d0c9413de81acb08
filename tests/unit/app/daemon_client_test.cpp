#include "catch.h"

#include "app/daemon_client.h"

#include <string>

using namespace mailquotad;
using namespace mailquotad::app;

namespace {

// One mailbox as /api/v1/status tells it.
const std::string kMailbox = R"({ "slug": "kim", "server": "club", "stage": "urgent", "failure": null,
    "reasons": ["used", "free"], "limit_source": "server",
    "quota": [ { "root": "User quota", "resource": "STORAGE", "used": 9961472, "limit": 10485760, "unit": "bytes",
        "warning_above": 8388607, "urgent_above": null } ],
    "tightest": { "root": "User quota", "resource": "STORAGE", "used_ratio": 0.95 },
    "folders": [ { "role": "inbox", "messages": 3, "size_bytes": null } ], "cost": null })";

} // namespace

TEST_CASE("what the daemon tells of its mailboxes is read back") {
    const std::string status = R"({ "mailboxes": [)" + kMailbox + "," + kMailbox + "] }";
    const auto results = results_from_status(status);
    REQUIRE(results.size() == 2);
    CHECK(results[1].slug == "kim");
    CHECK(results[1].assessment.stage == Stage::urgent);
    REQUIRE(results[1].quota.size() == 1);
    CHECK(results[1].quota[0].used == 9961472);
    REQUIRE(results[1].thresholds.size() == 1);
    CHECK(results[1].thresholds[0].warning == 8388607);
    CHECK_FALSE(results[1].thresholds[0].critical);
    REQUIRE(results[1].folders.size() == 1);
    CHECK(results[1].folders[0].messages == 3);
    CHECK_FALSE(results[1].folders[0].size_bytes);
}

TEST_CASE("an answer that is no status is refused in words") {
    CHECK_THROWS_WITH(results_from_status("<html>"), ContainsSubstring("no status of this version"));
    CHECK_THROWS_WITH(results_from_status("{}"), ContainsSubstring("no status of this version"));
}
