#include "app/check_output.h"
#include "app/survey_output.h"
#include "core/escape.h"

#include <nlohmann/json.hpp>

#include <map>

namespace mailquotad::app {

namespace {

using nlohmann::ordered_json;

ordered_json bin_json(const Bin& bin) {
    return {{"messages", bin.messages}, {"size_bytes", bin.size_bytes}};
}

ordered_json folder_json(const FolderSurvey& folder) {
    const Bin total = folder.total();
    return {{"name", to_valid_utf8(folder.name)},
            {"role", to_string(folder.role)},
            {"messages", total.messages},
            {"size_bytes", total.size_bytes},
            {"deleted", bin_json(folder.sum(Mark::deleted))},
            {"flagged", bin_json(folder.sum(Mark::flagged))},
            {"duplicates", bin_json(folder.sum(Mark::duplicate))}};
}

ordered_json years_json(const Survey& survey) {
    std::map<std::int32_t, Bin> years;
    for (const FolderSurvey& folder : survey.folders) {
        for (const auto& [key, bin] : folder.bins)
            years[key.month.index / 12].add(bin);
    }
    ordered_json list = ordered_json::array();
    for (const auto& [year, bin] : years)
        list.push_back({{"year", year}, {"messages", bin.messages}, {"size_bytes", bin.size_bytes}});
    return list;
}

ordered_json largest_json(const Survey& survey) {
    ordered_json list = ordered_json::array();
    for (const LargeMessage& message : survey.largest) {
        const FolderSurvey* folder = survey.find(message.folder_key);
        list.push_back({{"folder", folder == nullptr ? ordered_json() : ordered_json(to_valid_utf8(folder->name))},
                        {"role", to_string(message.role)},
                        {"date", format_utc(message.date)},
                        {"size_bytes", message.size_bytes}});
    }
    return list;
}

/// What folder sizes alone tell; what only messages tell is null.
ordered_json totals_json(const CheckResult& check) {
    ordered_json folders = ordered_json::array();
    Bin total;
    bool all_known = true;
    for (const Folder& folder : check.folders) {
        if (folder.role == FolderRole::all || folder.role == FolderRole::flagged)
            continue;
        all_known = all_known && folder.size_bytes && folder.messages;
        total.add({.messages = folder.messages.value_or(0), .size_bytes = folder.size_bytes.value_or(0)});
        folders.push_back({{"name", to_valid_utf8(folder.name)},
                           {"role", to_string(folder.role)},
                           {"messages", folder.messages ? ordered_json(*folder.messages) : ordered_json()},
                           {"size_bytes", folder.size_bytes ? ordered_json(*folder.size_bytes) : ordered_json()}});
    }
    return {{"depth", "totals"},
            {"complete", false},
            {"messages", all_known ? ordered_json(total.messages) : ordered_json()},
            {"size_bytes", all_known ? ordered_json(total.size_bytes) : ordered_json()},
            {"by_folder", folders},
            {"by_year", nullptr},
            {"largest", nullptr}};
}

ordered_json survey_value(const SurveyResult& result) {
    if (!result.survey)
        return totals_json(result.check);
    const Survey& survey = *result.survey;
    ordered_json folders = ordered_json::array();
    for (const FolderSurvey& folder : survey.folders)
        folders.push_back(folder_json(folder));
    const Bin total = survey.total();
    return {{"depth", "sizes"},
            {"complete", survey.complete},
            {"messages", total.messages},
            {"size_bytes", total.size_bytes},
            {"by_folder", folders},
            {"by_year", years_json(survey)},
            {"largest", largest_json(survey)}};
}

template <typename Value>
ordered_json or_null(const std::optional<Value>& value) {
    return value ? ordered_json(*value) : ordered_json();
}

ordered_json advice_json(const Advice& advice) {
    return {{"kind", to_string(advice.kind)},
            {"folder", advice.folder.empty() ? ordered_json() : ordered_json(to_valid_utf8(advice.folder))},
            {"frees_bytes", advice.frees_bytes},
            {"messages", advice.messages},
            {"used_ratio_after", advice.used_ratio_after},
            {"effort", to_string(advice.effort)},
            {"reversible", advice.reversible},
            {"counts", to_string(advice.counts)},
            {"days_gained", or_null(advice.days_gained)},
            {"before", advice.before ? ordered_json(format_date(first_day(*advice.before))) : ordered_json()},
            {"larger_than_bytes", or_null(advice.larger_than_bytes)},
            {"limit_bytes", or_null(advice.limit_bytes)},
            {"dates_unsure", advice.dates_unsure}};
}

ordered_json list_json(const std::vector<Advice>& list) {
    ordered_json value = ordered_json::array();
    for (const Advice& advice : list)
        value.push_back(advice_json(advice));
    return value;
}

} // namespace

std::string survey_json(const SurveyResult& result, Time checked_at) {
    ordered_json document = ordered_json::parse(check_json({result.check}, checked_at));
    ordered_json& mailbox = document["mailboxes"][0];
    if (result.check.failure) {
        mailbox["survey"] = nullptr;
        mailbox["advice"] = ordered_json::array();
    } else {
        mailbox["survey"] = survey_value(result);
        mailbox["advice"] = list_json(result.advice.all);
        mailbox["plan"] = {{"target_ratio", result.advice.target_ratio},
                           {"reaches_target", result.advice.reaches_target},
                           {"used_ratio_after", result.advice.used_ratio_after_plan},
                           {"without_trash", result.advice.without_trash},
                           {"steps", list_json(result.advice.plan)}};
    }
    return document.dump(2) + "\n";
}

} // namespace mailquotad::app
