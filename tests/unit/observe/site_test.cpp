#include "catch.h"
#include "fakes/fake_clock.h"
#include "observe/site.h"
#include "sample_status.h"

#include <filesystem>

#include <unistd.h>

namespace mailquotad::observe {
namespace {

struct Visitor {
    fakes::FakeClock clock;
    bool readable = true;
    Site site{{.address = "127.0.0.1",
               .language = "de",
               .hosts = {"quota.verein.example"},
               .past = {.mailbox = [this](const std::string&, Time) { return past(sample_past()); },
                        .recent = [this](Time) { return past(sample_recent()); },
                        .csv = [this](const std::string& slug) { return past("time,of " + slug + "\n"); }}},
              catalog(),
              clock};

    template <typename Value>
    Value past(Value value) const {
        return readable ? value : throw std::runtime_error("disk gone");
    }
    HttpResponse ask(const std::string& target, const std::string& method = "GET", const std::string& language = "",
                     const std::string& host = "localhost") const {
        const std::size_t mark = target.find('?');
        return site.answer({.method = method,
                            .path = target.substr(0, mark),
                            .query = mark == std::string::npos ? "" : target.substr(mark + 1),
                            .hosts = {host},
                            .accept_language = language});
    }
    void publish() { site.publish(std::make_shared<const Status>(sample_status())); }
};

std::string header(const HttpResponse& response, const std::string& name) {
    for (const auto& [known, value] : response.headers) {
        if (known == name) {
            return value;
        }
    }
    return "";
}

} // namespace

TEST_CASE("each path is answered with its kind of content", "[site]") {
    Visitor visitor;
    visitor.publish();
    CHECK(header(visitor.ask("/metrics"), "Content-Type") == "text/plain; version=0.0.4; charset=utf-8");
    CHECK(header(visitor.ask("/"), "Content-Type") == "text/html; charset=utf-8");
    CHECK(header(visitor.ask("/api/v1/status"), "Content-Type") == "application/json; charset=utf-8");
    CHECK(header(visitor.ask("/style.css"), "Content-Type") == "text/css; charset=utf-8");
    CHECK(header(visitor.ask("/mailboxes.csv"), "Content-Type") == "text/csv; charset=utf-8; header=present");
    CHECK(header(visitor.ask("/mailboxes.csv"), "Content-Disposition") == "attachment; filename=\"mailboxes.csv\"");
    CHECK(header(visitor.ask("/mailbox/kim.csv"), "Content-Disposition") == "attachment; filename=\"kim.csv\"");
    CHECK(visitor.ask("/mailbox/kim.csv").body == "time,of kim\n");
    for (const char* path : {"/", "/metrics", "/healthz", "/readyz", "/api/v1/status", "/style.css", "/mailbox/kim",
                             "/mailboxes.csv", "/mailbox/kim.csv", "/?state=full&sort=level", "/mailboxes.csv?q=k"}) {
        INFO(path);
        CHECK(visitor.ask(path).status == 200);
        CHECK_FALSE(visitor.ask(path).body.empty());
    }
}

TEST_CASE("nothing else is there", "[site]") {
    Visitor visitor;
    visitor.publish();
    for (const char* path : {"",
                             "*",
                             "//",
                             "/metrics/",
                             "/Metrics",
                             "/healthz/x",
                             "/mailbox",
                             "/mailbox/",
                             "/mailbox/nobody",
                             "/mailbox/nobody.csv",
                             "/mailbox/.csv",
                             "/mailboxes.csv/",
                             "/mailbox/kim/",
                             "/mailbox/../metrics",
                             "/./metrics",
                             "/%6detrics",
                             "/mailbox/%",
                             "/etc/passwd",
                             "/../../etc/passwd",
                             "/debug/pprof/",
                             "/api/v1/status.json",
                             "/index.html",
                             "/mailbox/kim%00"}) {
        INFO(path);
        const HttpResponse response = visitor.ask(path);
        CHECK(response.status == 404);
        CHECK_THAT(response.body, ContainsSubstring("Nicht gefunden"));
    }
    CHECK_THAT(visitor.ask("/a/b/c").body, ContainsSubstring("href=\"../../style.css\""));
}

TEST_CASE("only GET and HEAD are answered", "[site]") {
    Visitor visitor;
    visitor.publish();
    for (const char* method : {"POST", "PUT", "DELETE", "OPTIONS", "PATCH", "get", ""}) {
        INFO(method);
        CHECK(visitor.ask("/metrics", method).status == 405);
        CHECK(header(visitor.ask("/mailbox/kim", method), "Allow") == "GET, HEAD");
        CHECK(visitor.ask("/nothing", method).status == 404);
    }
    CHECK(visitor.ask("/metrics", "HEAD").status == 200);
}

TEST_CASE("every answer carries the security headers", "[site]") {
    Visitor visitor;
    visitor.publish();
    std::vector<HttpResponse> responses = {Site::refuse(400), visitor.ask("/", "POST"),
                                           visitor.ask("/", "GET", "", "evil.example")};
    for (const char* path : {"/", "/metrics", "/nothing", "/mailbox/kim", "/healthz", "/api/v1/status"}) {
        responses.push_back(visitor.ask(path));
    }
    for (const HttpResponse& response : responses) {
        CHECK_THAT(header(response, "Content-Security-Policy"), ContainsSubstring("default-src 'none'"));
        CHECK(header(response, "X-Content-Type-Options") == "nosniff");
        CHECK(header(response, "X-Frame-Options") == "DENY");
        CHECK(header(response, "Referrer-Policy") == "no-referrer");
        CHECK(header(response, "Cross-Origin-Opener-Policy") == "same-origin");
        CHECK(header(response, "Cross-Origin-Resource-Policy") == "same-origin");
        CHECK(header(response, "Cache-Control") == "no-store");
        CHECK(header(response, "Server").empty());
    }
}

TEST_CASE("a foreign name for this address is turned away, also for the metrics", "[site]") {
    Visitor visitor;
    visitor.publish();
    for (const char* path : {"/", "/metrics", "/api/v1/status", "/healthz", "/style.css"}) {
        INFO(path);
        CHECK(visitor.ask(path, "GET", "", "evil.example").status == 421);
        CHECK(visitor.ask(path, "GET", "", "quota.verein.example").status == 200);
    }
    CHECK(visitor.site.answer({.method = "GET", .path = "/", .query = "", .hosts = {}, .accept_language = ""}).status ==
          400);
    CHECK(
        visitor.site
            .answer({.method = "GET", .path = "/", .query = "", .hosts = {"localhost", "evil"}, .accept_language = ""})
            .status == 400);
}

TEST_CASE("the page speaks the language that the browser asks for, else that of the settings", "[site]") {
    Visitor visitor;
    visitor.publish();
    CHECK_THAT(visitor.ask("/", "GET", "en-GB,en;q=0.9").body, ContainsSubstring("<html lang=\"en\">"));
    CHECK_THAT(visitor.ask("/", "GET", "fr").body, ContainsSubstring("<html lang=\"de\">"));
    CHECK(header(visitor.ask("/"), "Vary") == "Accept-Language");
}

TEST_CASE("a query that is not understood is refused in plain words, never half obeyed", "[site]") {
    Visitor visitor;
    visitor.publish();
    for (const char* target : {"/?colour=red", "/?state=red", "/?q=%ff", "/?page=0", "/mailboxes.csv?q=1&q=2",
                               "/mailbox/kim?state=full", "/mailbox/kim.csv?x=1"}) {
        INFO(target);
        const HttpResponse response = visitor.ask(target);
        CHECK(response.status == 400);
        CHECK_THAT(response.body, ContainsSubstring("So geht es nicht"));
    }
    CHECK(visitor.ask("/?").status == 200);
    CHECK(visitor.ask("/metrics?collect=all").status == 200); // scrapers may send what they like
}

TEST_CASE("where the past cannot be read the pages say so and show the rest", "[site]") {
    Visitor visitor;
    visitor.publish();
    visitor.readable = false;
    for (const char* path : {"/", "/mailbox/kim"}) {
        const HttpResponse response = visitor.ask(path);
        CHECK(response.status == 200);
        CHECK_THAT(response.body, ContainsSubstring("lässt sich gerade nicht lesen"));
    }
    CHECK(visitor.ask("/mailbox/kim.csv").status == 503);
    CHECK(visitor.ask("/mailboxes.csv").status == 200);
}

TEST_CASE("before the first status pages say so, and nothing is ready", "[site]") {
    Visitor visitor;
    CHECK(visitor.ask("/healthz").status == 200);
    CHECK(visitor.ask("/readyz").status == 503);
    CHECK(visitor.ask("/metrics").status == 503);
    CHECK(visitor.ask("/api/v1/status").status == 503);
    CHECK(visitor.ask("/").status == 503);
    CHECK_THAT(visitor.ask("/").body, ContainsSubstring("Gleich soweit"));
    Status status = sample_status();
    status.first_round_done.reset();
    visitor.site.publish(std::make_shared<const Status>(status));
    CHECK(visitor.ask("/readyz").status == 503);
    CHECK(visitor.ask("/").status == 200);
    visitor.publish();
    CHECK(visitor.ask("/readyz").status == 200);
}

TEST_CASE("a loop that is silent for two minutes is not alive, whatever the system's clock does", "[site]") {
    Visitor visitor;
    visitor.clock.step(Days{365});
    CHECK(visitor.ask("/healthz").status == 200);
    visitor.clock.advance(std::chrono::seconds{120});
    CHECK(visitor.ask("/healthz").status == 200);
    visitor.clock.advance(std::chrono::seconds{1});
    CHECK(visitor.ask("/healthz").status == 503);
    visitor.site.loop_is_alive();
    CHECK(visitor.ask("/healthz").status == 200);
}

TEST_CASE("what goes wrong while a page is made becomes a 500, never an exception", "[site]") {
    fakes::FakeClock clock;
    // A catalog without the words of the pages.
    const auto folder = std::filesystem::temp_directory_path() / ("mailquotad-catalog-" + std::to_string(getpid()));
    std::filesystem::create_directories(folder / "en");
    const auto empty = std::make_shared<const text::Catalog>(folder);
    std::filesystem::remove_all(folder);
    Site site({.address = "127.0.0.1", .language = "de", .hosts = {}}, empty, clock);
    site.publish(std::make_shared<const Status>(sample_status()));
    const HttpResponse response =
        site.answer({.method = "GET", .path = "/", .query = "", .hosts = {"[::1]"}, .accept_language = ""});
    CHECK(response.status == 500);
    CHECK(header(response, "X-Content-Type-Options") == "nosniff");
}

} // namespace mailquotad::observe
