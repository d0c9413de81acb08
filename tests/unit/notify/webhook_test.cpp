#include "catch.h"

#include "notify/webhook.h"
#include "text/catalog.h"

using namespace mailquotad;
using notify::AdminEvent;
using notify::DeliveryOutcome;
using notify::webhook_body;

namespace {

AdminEvent event() {
    AdminEvent event;
    event.kind = AdminEventKind::mail_refused;
    event.key = "0123abcd";
    event.slug = "kim";
    event.server = "club";
    event.stage = Stage::urgent;
    event.title = "Mailbox \"kim\"";
    event.text = "first line\nsecond \\ line\x01";
    event.address = "kim@verein.example";
    return event;
}

notify::SecretSource given(const std::string& value) {
    return [value](std::string&) { return std::optional(Secret(value)); };
}

notify::DeliveryResult deliver(const notify::WebhookOptions& options) {
    notify::WebhookNotifier notifier({{"chat", options}});
    return notifier.deliver({.envelope_from = "", .to = {"chat"}, .text = "{}", .id = "webhook.chat.1"},
                            os::Deadline::in(std::chrono::seconds(5)));
}

} // namespace

TEST_CASE("the generic body of a webhook is JSON with every field but the address") {
    CHECK(webhook_body(event(), "", "application/json", "test") ==
          R"({"program": "mailquotad", "event": "mail_refused", "title": "Mailbox \"kim\"", )"
          R"("text": "first line\nsecond \\ line\u0001", "mailbox": "kim", "server": "club", "stage": "urgent", )"
          R"("at": "1970-01-01T00:00:00Z", "key": "0123abcd"})");
}

TEST_CASE("a body of one's own names the address where it asks for it, escaped for JSON only in JSON") {
    CHECK(webhook_body(event(), "{\"text\": \"{{title}} {{address}}\"}", "application/json", "test") ==
          "{\"text\": \"Mailbox \\\"kim\\\" kim@verein.example\"}");
    CHECK(webhook_body(event(), "{{title}}", "text/plain", "test") == "Mailbox \"kim\"");
    CHECK(webhook_body({}, "{{#stage}}stage {{stage}}{{/stage}}{{^stage}}none{{/stage}}", "text/plain", "test") ==
          "none");
}

TEST_CASE("a body with an unknown field or a broken tag is refused by name") {
    CHECK_THROWS_AS(webhook_body(event(), "{{folder}}", "text/plain", "webhook[1].body"), text::CatalogError);
    CHECK_THROWS_WITH(webhook_body(event(), "{{title", "text/plain", "webhook[1].body"),
                      Catch::Matchers::StartsWith("webhook[1].body:1:"));
}

TEST_CASE("a webhook that cannot be reached, read or found waits, and no text names its URL") {
    notify::WebhookOptions options{.url = given("http://127.0.0.1:1/secret-token"), .allow_plaintext = true};
    const auto unreachable = deliver(options);
    CHECK(unreachable.outcome == DeliveryOutcome::deferred);
    CHECK(unreachable.reason == "connect");
    CHECK(unreachable.detail.find("secret") == std::string::npos);
    options.allow_plaintext = false;
    CHECK(deliver(options).reason == "address");
    options.url = [](std::string& problem) {
        problem = "no such file";
        return std::optional<Secret>();
    };
    CHECK(deliver(options).reason == "credential");
    options.url = given("https://127.0.0.1:1/");
    options.headers = {{"Authorization", given("two\nlines")}};
    CHECK(deliver(options).reason == "credential");
    notify::WebhookNotifier none({});
    CHECK(none.deliver({.envelope_from = "", .to = {"gone"}, .text = "", .id = ""},
                       os::Deadline::in(std::chrono::seconds(5)))
              .outcome == DeliveryOutcome::refused);
}
