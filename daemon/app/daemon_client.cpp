#include "app/daemon_client.h"

#include "app/context.h"
#include "core/escape.h"
#include "notify/http_call.h"

#include <nlohmann/json.hpp>

namespace mailquotad::app {

namespace {

using nlohmann::json;

constexpr std::size_t kLargestAnswer = 64U << 20;
constexpr std::chrono::seconds kTimeout{10};

/// The URL of the daemon; a wildcard address is asked on loopback.
std::string url_of(const settings::Http& http) {
    std::string host = http.address;
    if (host == "0.0.0.0" || host == "*")
        host = "127.0.0.1";
    else if (host == "::")
        host = "::1";
    if (host.find(':') != std::string::npos)
        host = '[' + host + ']';
    return "http://" + host + ':' + std::to_string(http.port);
}

std::string fetch(const std::string& url) {
    const notify::HttpAnswer answer = notify::perform({.method = "GET",
                                                       .url = url,
                                                       .headers = {},
                                                       .body = {},
                                                       .ca_file = {},
                                                       .allow_plaintext = true,
                                                       .past_proxies = true,
                                                       .most_kept = kLargestAnswer},
                                                      os::Deadline::in(kTimeout));
    if (answer.status != 200)
        throw CommandFailed(kExitUnknown, "no status from the daemon at " + url + ": " + answer.detail +
                                              "; is `mailquotad run` running there?");
    return answer.body;
}

template <typename Number>
std::optional<Number> number_or_nothing(const json& object, const char* key) {
    const auto found = object.find(key);
    if (found == object.end() || found->is_null())
        return std::nullopt;
    return found->get<Number>();
}

std::vector<Resource> quota_from(const json& list) {
    std::vector<Resource> quota;
    for (const json& one : list)
        quota.push_back({.root = one.at("root").get<std::string>(),
                         .name = one.at("resource").get<std::string>(),
                         .used = one.at("used").get<std::int64_t>(),
                         .limit = number_or_nothing<std::int64_t>(one, "limit"),
                         .unit = one.at("unit") == "bytes" ? Unit::bytes : Unit::count});
    return quota;
}

std::vector<Thresholds> thresholds_from(const json& list) {
    std::vector<Thresholds> thresholds;
    for (const json& one : list)
        thresholds.push_back({.warning = number_or_nothing<std::int64_t>(one, "warning_above"),
                              .critical = number_or_nothing<std::int64_t>(one, "urgent_above")});
    return thresholds;
}

std::optional<Tightest> tightest_from(const json& value, const std::vector<Resource>& quota) {
    if (value.is_null())
        return std::nullopt;
    Tightest tightest{.root = value.at("root").get<std::string>(),
                      .resource = value.at("resource").get<std::string>(),
                      .used_ratio = value.at("used_ratio").get<double>()};
    for (const Resource& resource : quota) {
        if (resource.root == tightest.root && resource.name == tightest.resource && resource.limit) {
            tightest.used = resource.used;
            tightest.limit = *resource.limit;
            tightest.unit = resource.unit;
        }
    }
    return tightest;
}

CheckResult result_from(const json& value) {
    CheckResult result;
    result.slug = value.at("slug").get<std::string>();
    result.server = value.at("server").get<std::string>();
    if (const json& stage = value.at("stage"); stage.is_string())
        result.assessment.stage = parse_stage(stage.get<std::string>());
    if (const json& failure = value.at("failure"); failure.is_object())
        result.failure = ProbeFailure{
            .kind = parse_failure_kind(failure.at("kind").get<std::string>()).value_or(FailureKind::internal),
            .detail = failure.at("detail").get<std::string>()};
    for (const json& reason : value.at("reasons")) {
        if (const auto parsed = parse_reason(reason.get<std::string>()))
            result.assessment.reasons.push_back(*parsed);
    }
    result.assessment.limit_source =
        parse_limit_source(value.at("limit_source").get<std::string>()).value_or(LimitSource::not_told);
    result.quota = quota_from(value.at("quota"));
    result.thresholds = thresholds_from(value.at("quota"));
    result.assessment.tightest = tightest_from(value.at("tightest"), result.quota);
    result.folders_have_names = false;
    for (const json& folder : value.at("folders"))
        result.folders.push_back(
            {.name = {},
             .role = parse_folder_role(folder.at("role").get<std::string>()).value_or(FolderRole::other),
             .messages = number_or_nothing<std::int64_t>(folder, "messages"),
             .size_bytes = number_or_nothing<std::int64_t>(folder, "size_bytes")});
    const json& cost = value.at("cost");
    if (!cost.is_object())
        return result; // never tried yet
    result.cost = {.round_trips = cost.at("round_trips").get<int>(),
                   .commands = cost.at("commands").get<int>(),
                   .bytes_sent = cost.at("bytes_sent").get<std::int64_t>(),
                   .bytes_received = cost.at("bytes_received").get<std::int64_t>(),
                   .seconds = cost.at("seconds").get<double>()};
    return result;
}

} // namespace

std::vector<CheckResult> results_from_status(const std::string& document) {
    try {
        std::vector<CheckResult> results;
        const json status = json::parse(document); // not inside of the loop's head, where it would be gone at once
        for (const json& value : status.at("mailboxes"))
            results.push_back(result_from(value));
        return results;
    } catch (const json::exception& error) {
        throw CommandFailed(kExitUnknown,
                            "the daemon's answer is no status of this version: " + for_terminal(error.what()));
    }
}

std::vector<CheckResult> ask_daemon(const settings::Settings& settings) {
    if (settings.http.address.empty())
        throw CommandFailed(kExitUnknown, "http.listen is \"\" in the settings: the daemon cannot be asked");
    return ask_daemon(url_of(settings.http));
}

std::vector<CheckResult> ask_daemon(std::string url) {
    if (!url.starts_with("http://") && !url.starts_with("https://"))
        throw CommandFailed(kExitUnknown,
                            "--from-daemon takes the URL of the daemon, such as http://127.0.0.1:19993, not " + url);
    while (url.ends_with('/'))
        url.pop_back();
    return results_from_status(fetch(url + "/api/v1/status"));
}

} // namespace mailquotad::app
