#include "catch.h"
#include "observe/exposition.h"
#include "observe/http_server.h"
#include "observe/views.h"
#include "raw_client.h"
#include "sample_status.h"

#include <map>
#include <sstream>

namespace mailquotad::observe {
namespace {

MetricFamily boxes(std::vector<std::string> names) {
    MetricFamily family{"boxes", "Boxes.", MetricType::gauge, {}};
    for (std::string& name : names)
        family.add({{"name", std::move(name)}}, 1);
    return family;
}

/// The sample with its mailboxes many times over, each with a slug of its own.
Status many(int copies) {
    Status status = sample_status();
    const SharedList<MailboxStatus> originals = std::exchange(status.mailboxes, {});
    for (int copy = 0; copy < copies; ++copy) {
        for (MailboxStatus mailbox : originals) {
            mailbox.slug += '.' + std::to_string(copy);
            status.mailboxes.add(std::move(mailbox));
        }
    }
    return status;
}

} // namespace

TEST_CASE("a family written in several calls has one HELP and one TYPE", "[exposition]") {
    TextParts text;
    text.write(boxes({"a", "b"}));
    text.write(boxes({"c"}));
    text.write({"other", "Another.", MetricType::counter, {{{}, 2}}});
    CHECK(joined(text.take()) == "# HELP boxes Boxes.\n# TYPE boxes gauge\n"
                                 "boxes{name=\"a\"} 1\nboxes{name=\"b\"} 1\nboxes{name=\"c\"} 1\n"
                                 "# HELP other Another.\n# TYPE other counter\nother 2\n");
}

TEST_CASE("a shorter call leaves nothing behind of a longer one", "[exposition]") {
    TextParts text;
    text.write(boxes({std::string(5000, 'x')}));
    CHECK(joined(text.take()).size() > 5000);
    text.write(boxes({"a"}));
    CHECK(joined(text.take()) == "# HELP boxes Boxes.\n# TYPE boxes gauge\nboxes{name=\"a\"} 1\n");
}

TEST_CASE("a family without samples is left out, and of the same labels in one call the first counts", "[exposition]") {
    TextParts text;
    text.write(boxes({}));
    CHECK(text.take().empty());
    MetricFamily twice = boxes({"a\n", "a\\x0a", "b"}); // the same once they are harmless
    twice.samples[1].value = 7;
    text.write(twice);
    CHECK(joined(text.take()) ==
          "# HELP boxes Boxes.\n# TYPE boxes gauge\nboxes{name=\"a\\\\x0a\"} 1\nboxes{name=\"b\"} 1\n");
}

TEST_CASE("the metrics of many mailboxes come in parts, each metric in one piece, no series missing", "[exposition]") {
    constexpr int copies = 60;
    const Parts parts = render_status_metrics(many(copies));
    CHECK(parts.size() > 1);
    std::map<std::string, int> heads;
    std::map<std::string, int> series;
    std::string metric;
    std::istringstream lines(joined(parts));
    for (std::string line; std::getline(lines, line);) {
        if (line.starts_with("# TYPE ")) {
            metric = line.substr(7, line.rfind(' ') - 7);
            ++heads[metric];
        } else if (!line.starts_with('#')) {
            if (line.substr(0, line.find_first_of("{ ")) != metric)
                FAIL("not below its own head: " + line);
            ++series[metric];
        }
    }
    for (const auto& [name, count] : heads)
        CHECK(std::pair(name, count) == std::pair(name, 1));
    std::map<std::string, int> of_one;
    std::istringstream sample(joined(render_status_metrics(many(1))));
    for (std::string line; std::getline(sample, line);) {
        if (line.find("mailbox=\"") != std::string::npos)
            ++of_one[line.substr(0, line.find('{'))];
    }
    CHECK(of_one.size() > 15);
    for (const auto& [name, count] : of_one)
        CHECK(std::pair(name, series[name]) == std::pair(name, copies * count));
}

TEST_CASE("an answer in parts arrives whole, with its length in the head", "[exposition]") {
    const Status status = many(60);
    const std::string expected = joined(render_status_metrics(status));
    HttpServer server({.address = "127.0.0.1", .language = "de"}, catalog());
    server.publish(std::make_shared<const Status>(status));
    const std::string answer = get(server.port(), "/metrics");
    const std::size_t head_end = answer.find("\r\n\r\n") + 4;
    const std::string body = answer.substr(head_end);
    CHECK(body.size() > (std::size_t{1} << 20));
    CHECK(body.starts_with(expected));
    CHECK(body.substr(expected.size()).starts_with("# HELP process_"));
    CHECK_THAT(answer.substr(0, head_end), ContainsSubstring("Content-Length: " + std::to_string(body.size())));
}

} // namespace mailquotad::observe
