#include "app/check_output.h"
#include "app/csv_text.h"

namespace mailquotad::app {

namespace {

std::string reasons_of(const CheckResult& result) {
    std::string text;
    for (const Reason reason : result.assessment.reasons)
        text += (text.empty() ? "" : " ") + std::string(to_string(reason));
    return text;
}

const Resource* first_of(const CheckResult& result, std::string_view name) {
    for (const Resource& resource : result.quota) {
        if (resource.name == name)
            return &resource;
    }
    return nullptr;
}

void add_amount(CsvText& csv, const Resource* resource) {
    csv.number(resource != nullptr ? std::optional(resource->used) : std::nullopt);
    csv.number(resource != nullptr ? resource->limit : std::nullopt);
}

} // namespace

std::string check_csv(const std::vector<CheckResult>& results, Time checked_at) {
    CsvText csv({"checked_at", "address", "slug", "server", "stage", "reasons", "failure", "detail", "limit_source",
                 "used_ratio", "tightest_root", "tightest_resource", "used_bytes", "limit_bytes", "messages",
                 "messages_limit"});
    for (const CheckResult& result : results) {
        const Assessment& assessment = result.assessment;
        const auto& tightest = assessment.tightest;
        csv.row().text(format_utc(checked_at)).text(result.address.value_or("")).text(result.slug).text(result.server);
        csv.text(result.failure || !assessment.stage ? "" : to_string(*assessment.stage)).text(reasons_of(result));
        csv.text(result.failure ? to_string(result.failure->kind) : "");
        csv.text(result.failure ? result.failure->detail : "");
        csv.text(result.failure ? "" : to_string(assessment.limit_source));
        csv.ratio(tightest ? std::optional(tightest->used_ratio) : std::nullopt);
        csv.text(tightest ? tightest->root : "").text(tightest ? tightest->resource : "");
        add_amount(csv, first_of(result, "STORAGE"));
        add_amount(csv, first_of(result, "MESSAGE"));
    }
    return csv.take();
}

} // namespace mailquotad::app
