#include "catch.h"
#include "observe/view_rules.h"
#include "observe/views.h"
#include "sample_status.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <sstream>

#include <sys/wait.h>
#include <unistd.h>

namespace mailquotad::observe {
namespace {

std::string without_compiler(const std::string& text) {
    return std::regex_replace(text, std::regex("compiler=\"[^\"]*\""), "compiler=\"…\"");
}

/// The lines of the sample's metrics that begin with `start`.
std::vector<std::string> lines_of(const std::string& text, const std::string& start) {
    std::vector<std::string> found;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
        if (line.starts_with(start)) {
            found.push_back(line);
        }
    }
    return found;
}

bool has(const std::string& text, const std::string& line) {
    return ("\n" + text).find("\n" + line + "\n") != std::string::npos;
}

} // namespace

TEST_CASE("the metrics of the sample are those of the golden file", "[metrics]") {
    check_golden("metrics.txt", without_compiler(joined(render_status_metrics(sample_status()))));
}

TEST_CASE("every metric has the prefix, a HELP, a TYPE, and _total exactly when it is a counter", "[metrics]") {
    std::istringstream lines(render_metrics(sample_status()));
    std::map<std::string, std::string> types;
    std::set<std::string> helped;
    for (std::string line; std::getline(lines, line);) {
        std::istringstream words(line);
        std::string first;
        std::string second;
        std::string name;
        words >> first >> second >> name;
        if (second == "HELP") {
            helped.insert(name);
        } else if (second == "TYPE") {
            words >> types[name];
        } else {
            const std::string sample = line.substr(0, line.find_first_of("{ "));
            INFO(line);
            CHECK(helped.contains(sample));
            CHECK(types.contains(sample));
        }
    }
    CHECK(types.size() > 30);
    for (const auto& [name, type] : types) {
        INFO(name);
        CHECK(std::regex_match(name, std::regex("(mailquotad|process)_[a-z_]+")));
        CHECK(name.ends_with("_total") == (type == "counter"));
    }
}

TEST_CASE("promtool finds nothing to complain about", "[metrics]") {
    // Debian's package prometheus; a missing promtool is a failure, not a reason to look away.
    const auto folder = std::filesystem::temp_directory_path() / ("mailquotad-metrics-" + std::to_string(getpid()));
    std::filesystem::create_directory(folder);
    const std::string input = folder / "metrics.txt";
    const std::string output = folder / "output.txt";
    std::ofstream(input, std::ios::binary) << render_metrics(sample_status());
    const std::string command = "promtool check metrics < '" + input + "' > '" + output + "' 2>&1";
    const int result = std::system(command.c_str()); // NOLINT(concurrency-mt-unsafe)
    std::ifstream file(output);
    const std::string told{std::istreambuf_iterator<char>(file), {}};
    std::filesystem::remove_all(folder);
    INFO("promtool of the package prometheus said: " << told);
    CHECK(WEXITSTATUS(result) == 0);
    CHECK(told.empty());
}

TEST_CASE("what is not known is absent, never 0", "[metrics]") {
    const std::string text = joined(render_status_metrics(sample_status()));
    CHECK(lines_of(text, "mailquotad_mailbox_limit_bytes{mailbox=\"sippe\"").empty());
    CHECK(lines_of(text, "mailquotad_mailbox_used_ratio{mailbox=\"sippe\"").empty());
    CHECK(lines_of(text, "mailquotad_mailbox_used_bytes{mailbox=\"material\"").empty());
    CHECK(lines_of(text, "mailquotad_mailbox_limit_bytes{mailbox=\"presse\"").empty());
    CHECK(lines_of(text, "mailquotad_mailbox_resource_limit{mailbox=\"presse\"").empty());
    CHECK(lines_of(text, "mailquotad_folder_size_bytes{mailbox=\"kim\",server=\"qloc\",role=\"junk\"").empty());
    CHECK(lines_of(text, "mailquotad_probe_success{mailbox=\"neu\"").empty());
    CHECK(lines_of(text, "mailquotad_probe_duration_seconds{mailbox=\"neu\"").empty());
    CHECK(lines_of(text, "mailquotad_probe_last_success_timestamp_seconds{mailbox=\"neu\"").empty());
}

TEST_CASE("the numbers of a mailbox vanish when the last good probe is older than a day", "[metrics]") {
    Status status = sample_status();
    status.mailboxes = {status.mailboxes[1]};
    REQUIRE(status.mailboxes.front().slug == "kim");
    const auto usage_at = [&](Seconds age) {
        status.at = *status.mailboxes.front().last_success + age;
        return joined(render_status_metrics(status));
    };
    const std::string young = usage_at(Days{1});
    CHECK(has(young, "mailquotad_mailbox_used_bytes{mailbox=\"kim\",server=\"qloc\",root=\"User quota\"} 432013312"));
    CHECK(has(young, "mailquotad_mailbox_stage{mailbox=\"kim\",server=\"qloc\",stage=\"warning\"} 1"));
    const std::string old = usage_at(Days{1} + Seconds{1});
    for (const char* name : {"mailbox_used_bytes", "mailbox_limit_bytes", "mailbox_used_ratio", "mailbox_resource_used",
                             "mailbox_messages", "folder_size_bytes", "folder_messages", "mailbox_until_full_seconds",
                             "mailbox_growth_bytes_per_second"}) {
        INFO(name);
        CHECK(lines_of(old, "mailquotad_" + std::string(name)).empty());
    }
    CHECK(has(old, "mailquotad_mailbox_stage{mailbox=\"kim\",server=\"qloc\",stage=\"warning\"} 0"));
    CHECK(has(old, "mailquotad_mailbox_stage{mailbox=\"kim\",server=\"qloc\",stage=\"unknown\"} 1"));
    CHECK(has(old, "mailquotad_mailboxes{stage=\"unknown\"} 1"));
    CHECK(lines_of(old, "mailquotad_probe_last_success_timestamp_seconds").size() == 1);
}

TEST_CASE("every kind of failure and every reason for silence is there from the start", "[metrics]") {
    Status status = sample_status();
    status.notifications_suppressed.clear();
    const std::string text = joined(render_status_metrics(status));
    CHECK(lines_of(text, "mailquotad_probe_failures_total{mailbox=\"neu\"").size() == std::size(kAllFailureKinds));
    CHECK(has(text, "mailquotad_probe_failures_total{mailbox=\"neu\",server=\"active24\",kind=\"throttled\"} 0"));
    CHECK(has(text, "mailquotad_notifications_suppressed_total{reason=\"quiet_hours\"} 0"));
    CHECK(lines_of(text, "mailquotad_notifications_suppressed_total{reason=\"stage_entered\"").empty());
}

TEST_CASE("mails of each stage are counted from 0, so that the first one is an increase", "[metrics]") {
    const std::string text = joined(render_status_metrics(sample_status()));
    const std::string kim = "mailquotad_notifications_sent_total{mailbox=\"kim\",stage=";
    CHECK(has(text, kim + "\"full\",channel=\"email\"} 0"));
    CHECK(has(text, kim + "\"ok\",channel=\"email\"} 0"));
    CHECK(has(text, kim + "\"warning\",channel=\"email\"} 1"));
    CHECK(has(text, "mailquotad_notifications_failed_total{reason=\"tls\"} 0"));
    CHECK(has(text, "mailquotad_notifications_failed_total{reason=\"smtp_5xx\"} 2"));
}

TEST_CASE("a mailbox that fails says since when and why; one that answers has no such series", "[metrics]") {
    const std::string text = joined(render_status_metrics(sample_status()));
    const std::string name = "mailquotad_probe_failing_since_timestamp_seconds";
    const auto since = std::to_string((sample_time() - std::chrono::hours{5}).time_since_epoch().count());
    CHECK(has(text, name + "{mailbox=\"zeltlager\",server=\"qloc\",kind=\"login_refused\"} " + since));
    CHECK(lines_of(text, name + "{mailbox=\"kim\"").empty());
    CHECK(lines_of(text, name + "{mailbox=\"neu\"").empty());
}

TEST_CASE("when and of which stage the owner was told is a time", "[metrics]") {
    const std::string text = joined(render_status_metrics(sample_status()));
    const std::string name = "mailquotad_mailbox_told_timestamp_seconds";
    const auto at = std::to_string((sample_time() - Days{3}).time_since_epoch().count());
    CHECK(has(text, name + "{mailbox=\"kim\",server=\"qloc\",stage=\"warning\"} " + at));
    CHECK(lines_of(text, name + "{mailbox=\"info\"").empty());
}

TEST_CASE("a bound beyond the horizon is +Inf", "[metrics]") {
    const std::string text = joined(render_status_metrics(sample_status()));
    CHECK(
        has(text, "mailquotad_mailbox_until_full_seconds{mailbox=\"jugend\",server=\"qloc\",bound=\"early\"} 7776000"));
    CHECK(has(text, "mailquotad_mailbox_until_full_seconds{mailbox=\"jugend\",server=\"qloc\",bound=\"late\"} +Inf"));
}

TEST_CASE("no two samples share their labels, whatever a server calls its roots", "[metrics]") {
    std::set<std::string> seen;
    std::istringstream lines(render_metrics(sample_status()));
    for (std::string line; std::getline(lines, line);) {
        if (!line.starts_with('#')) {
            INFO(line);
            CHECK(seen.insert(line.substr(0, line.rfind(' '))).second);
        }
    }
}

TEST_CASE("the process reports what the kernel knows of it", "[metrics]") {
    const std::string text = render_process_metrics();
    for (const char* name :
         {"process_cpu_seconds_total", "process_resident_memory_bytes", "process_virtual_memory_bytes",
          "process_open_fds", "process_max_fds", "process_start_time_seconds"}) {
        INFO(name);
        const auto lines = lines_of(text, std::string(name) + " ");
        REQUIRE(lines.size() == 1);
        CHECK(std::strtod(lines.front().c_str() + std::string(name).size(), nullptr) > 0);
    }
}

TEST_CASE("the most urgent mailbox comes first, the unreachable ones before those that are well", "[views]") {
    const Status status = sample_status();
    std::vector<std::string> order;
    for (const MailboxStatus* mailbox : by_urgency(status)) {
        order.push_back(mailbox->slug == hostile_text() ? "hostile" : mailbox->slug);
    }
    CHECK(order == std::vector<std::string>{"kasse", "vorstand", "kim", "hostile", "zeltlager", "archiv", "material",
                                            "neu", "presse", "jugend", "info", "sippe"});
}

} // namespace mailquotad::observe
