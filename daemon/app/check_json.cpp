#include "app/check_output.h"
#include "core/escape.h"

#include <nlohmann/json.hpp>

namespace mailquotad::app {

namespace {

using nlohmann::ordered_json;

template <typename Number>
ordered_json or_null(const std::optional<Number>& number) {
    return number ? ordered_json(*number) : ordered_json(nullptr);
}

ordered_json quota_json(const std::vector<Resource>& quota) {
    ordered_json list = ordered_json::array();
    for (const Resource& resource : quota)
        list.push_back({{"root", to_valid_utf8(resource.root)},
                        {"resource", to_valid_utf8(resource.name)},
                        {"used", resource.used},
                        {"limit", or_null(resource.limit)},
                        {"unit", to_string(resource.unit)}});
    return list;
}

ordered_json folders_json(const CheckResult& result) {
    ordered_json list = ordered_json::array();
    for (const Folder& folder : result.folders)
        list.push_back(
            {{"name", result.folders_have_names ? ordered_json(to_valid_utf8(folder.name)) : ordered_json(nullptr)},
             {"role", to_string(folder.role)},
             {"messages", or_null(folder.messages)},
             {"size_bytes", or_null(folder.size_bytes)}});
    return list;
}

ordered_json tightest_json(const std::optional<Tightest>& tightest) {
    if (!tightest)
        return nullptr;
    return {{"root", to_valid_utf8(tightest->root)},
            {"resource", to_valid_utf8(tightest->resource)},
            {"used_ratio", tightest->used_ratio}};
}

ordered_json result_json(const CheckResult& result) {
    ordered_json reasons = ordered_json::array();
    for (const Reason reason : result.assessment.reasons)
        reasons.push_back(to_string(reason));
    ordered_json value;
    value["address"] = or_null(result.address);
    value["slug"] = result.slug;
    value["server"] = result.server;
    value["stage"] = nullptr;
    if (result.assessment.stage)
        value["stage"] = to_string(*result.assessment.stage);
    value["failure"] = nullptr;
    if (result.failure)
        value["failure"] = {{"kind", to_string(result.failure->kind)},
                            {"detail", to_valid_utf8(result.failure->detail)}};
    value["reasons"] = reasons;
    value["limit_source"] = to_string(result.assessment.limit_source);
    value["quota"] = quota_json(result.quota);
    value["tightest"] = tightest_json(result.assessment.tightest);
    value["folders"] = folders_json(result);
    value["cost"] = {{"round_trips", result.cost.round_trips},
                     {"commands", result.cost.commands},
                     {"bytes_sent", result.cost.bytes_sent},
                     {"bytes_received", result.cost.bytes_received},
                     {"seconds", result.cost.seconds}};
    return value;
}

} // namespace

std::string check_json(const std::vector<CheckResult>& results, Time checked_at) {
    ordered_json mailboxes = ordered_json::array();
    for (const CheckResult& result : results)
        mailboxes.push_back(result_json(result));
    const ordered_json document = {{"schema", 1}, {"checked_at", format_utc(checked_at)}, {"mailboxes", mailboxes}};
    return document.dump(2) + "\n";
}

} // namespace mailquotad::app
