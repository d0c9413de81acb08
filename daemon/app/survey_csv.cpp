#include "app/csv_text.h"
#include "app/survey_output.h"

#include <map>

namespace mailquotad::app {

namespace {

void add_folders(CsvText& csv, const SurveyResult& result) {
    if (result.survey) {
        for (const FolderSurvey& folder : result.survey->folders) {
            const Bin total = folder.total();
            csv.row().text("folder").text(folder.name).text(to_string(folder.role)).nothing();
            csv.number(total.messages).number(total.size_bytes);
        }
        return;
    }
    for (const Folder& folder : result.check.folders) {
        csv.row().text("folder").text(folder.name).text(to_string(folder.role)).nothing();
        csv.number(folder.messages).number(folder.size_bytes);
    }
}

void add_years(CsvText& csv, const Survey& survey) {
    std::map<std::int32_t, Bin> years;
    for (const FolderSurvey& folder : survey.folders) {
        for (const auto& [key, bin] : folder.bins)
            years[key.month.index / 12].add(bin);
    }
    for (const auto& [year, bin] : years)
        csv.row().text("year").nothing().nothing().number(year).number(bin.messages).number(bin.size_bytes);
}

void add_largest(CsvText& csv, const Survey& survey) {
    for (const LargeMessage& message : survey.largest) {
        const FolderSurvey* folder = survey.find(message.folder_key);
        csv.row().text("message").text(folder == nullptr ? "" : folder->name).text(to_string(message.role));
        csv.text(format_utc(message.date)).number(1).number(message.size_bytes);
    }
}

} // namespace

std::string survey_csv(const SurveyResult& result) {
    CsvText csv({"part", "name", "role", "date", "messages", "size_bytes", "used_ratio_after", "effort"});
    if (result.check.failure)
        return csv.take();
    add_folders(csv, result);
    if (result.survey) {
        add_years(csv, *result.survey);
        add_largest(csv, *result.survey);
    }
    for (const Advice& advice : result.advice.all) {
        csv.row().text("advice").text(to_string(advice.kind)).nothing().nothing();
        csv.number(advice.messages).number(advice.frees_bytes).ratio(advice.used_ratio_after);
        csv.text(to_string(advice.effort));
    }
    return csv.take();
}

} // namespace mailquotad::app
