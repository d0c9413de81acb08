#include "catch.h"
#include "observe/views.h"
#include "sample_status.h"

#include <nlohmann/json.hpp>

namespace mailquotad::observe {
namespace {

nlohmann::json sample() {
    return nlohmann::json::parse(render_status_json(sample_status()));
}

nlohmann::json mailbox(const nlohmann::json& document, const std::string& slug) {
    for (const auto& entry : document.at("mailboxes")) {
        if (entry.at("slug") == slug) {
            return entry;
        }
    }
    return {};
}

} // namespace

TEST_CASE("the JSON of the sample is that of the golden file", "[json]") {
    check_golden("status.json", render_status_json(sample_status()));
}

TEST_CASE("a mailbox has the members of check's JSON, with address and folder names null", "[json]") {
    const nlohmann::json document = sample();
    CHECK(document.at("schema") == 1);
    CHECK(document.at("generated_at") == "2026-11-21T19:00:00Z");
    const nlohmann::json kim = mailbox(document, "kim");
    for (const char* member : {"address", "slug", "server", "stage", "failure", "reasons", "limit_source", "quota",
                               "tightest", "folders", "cost", "forecast", "last_success", "stage_since"}) {
        INFO(member);
        CHECK(kim.contains(member));
    }
    CHECK(kim.at("address").is_null());
    CHECK(kim.at("stage") == "warning");
    CHECK(kim.at("reasons") == nlohmann::json::array({"used", "full_within"}));
    CHECK(kim.at("quota").at(0).at("used") == 432013312);
    CHECK(kim.at("quota").at(1).at("limit").is_null());
    CHECK(kim.at("folders").at(0).at("name").is_null());
    CHECK(kim.at("folders").at(0).at("role") == "inbox");
    CHECK(kim.at("cost").at("round_trips") == 5);
    CHECK(kim.at("forecast").at("full_in_days").at("p50") == 35.2);
}

TEST_CASE("a number up to the largest that is counted stays exact in the JSON", "[json]") {
    Status status = sample_status();
    MailboxStatus big = status.mailboxes.front();
    big.quota = {{"big", "STORAGE", kMaxCount, kMaxCount, Unit::bytes}};
    status.mailboxes.replace(0, big);
    CHECK_THAT(render_status_json(status), ContainsSubstring("\"used\": 9223372036854775807"));
}

TEST_CASE("a failure says its kind, and old numbers are gone from the JSON", "[json]") {
    const nlohmann::json document = sample();
    const nlohmann::json young = mailbox(document, "zeltlager");
    CHECK(young.at("failure").at("kind") == "login_refused");
    CHECK(young.at("stage") == "ok");
    const nlohmann::json old = mailbox(document, "archiv");
    CHECK(old.at("failure").at("kind") == "dns");
    CHECK(old.at("stage").is_null());
    CHECK(old.at("tightest").is_null());
    CHECK(old.at("forecast").is_null());
    CHECK(old.at("quota").empty());
    CHECK(mailbox(document, "neu").at("cost").is_null());
}

TEST_CASE("no address reaches the JSON, the metrics or a page, wherever it hides", "[views]") {
    const Status status = sample_status();
    const auto texts = catalog();
    for (const std::string& text : {render_status_json(status), render_overview(status, {}, "de", *texts),
                                    render_mailbox(status, "zeltlager", nullptr, "de", *texts),
                                    render_mailbox(status, "kim", nullptr, "en", *texts)}) {
        CHECK(text.find("@verein.example") == std::string::npos);
    }
}

} // namespace mailquotad::observe
