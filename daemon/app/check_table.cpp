#include "app/check_output.h"
#include "app/text_table.h"
#include "core/escape.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

namespace mailquotad::app {

namespace {

constexpr int kBarCells = 10;

std::string percent(double ratio) {
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "%.1f %%", std::floor(ratio * 1000) / 10);
    return text.data();
}

/// A bar of ten cells that never looks full before it is.
std::string bar(double ratio) {
    const int filled = std::clamp(static_cast<int>(ratio * kBarCells), 0, kBarCells);
    std::string cells;
    for (int cell = 0; cell < kBarCells; ++cell)
        cells += cell < filled ? "█" : "░";
    return cells;
}

std::string amount(std::int64_t number, Unit unit) {
    return unit == Unit::bytes ? iec(number) : std::to_string(number);
}

std::string largest_folders(const CheckResult& result) {
    std::vector<Folder> folders = result.folders;
    std::erase_if(folders, [](const Folder& folder) { return folder.size_bytes.value_or(0) == 0; });
    std::stable_sort(folders.begin(), folders.end(),
                     [](const Folder& a, const Folder& b) { return *a.size_bytes > *b.size_bytes; });
    std::string text;
    for (std::size_t i = 0; i < std::min<std::size_t>(3, folders.size()); ++i) {
        const std::string name = result.folders_have_names ? folders[i].name : std::string(to_string(folders[i].role));
        text += (i == 0 ? "" : ", ") + for_terminal(name) + ' ' + iec(*folders[i].size_bytes);
    }
    return text;
}

std::string remark(const CheckResult& result) {
    if (result.failure)
        return std::string(to_string(result.failure->kind)) + ": " + for_terminal(result.failure->detail);
    std::string text;
    switch (result.assessment.limit_source) {
    case LimitSource::none:
        text = "no limit; ";
        break;
    case LimitSource::not_told:
        text = "the server tells no quota; ";
        break;
    case LimitSource::unclear:
        text = "a limit of 0: unlimited or nothing allowed; ";
        break;
    case LimitSource::settings:
        text = "limit from the settings; ";
        break;
    case LimitSource::server:
        break;
    }
    text += largest_folders(result);
    if (text.ends_with("; "))
        text.resize(text.size() - 2);
    return text;
}

TextTable::Colour colour_of(const CheckResult& result) {
    switch (exit_code(result)) {
    case 0:
        return result.assessment.stage == Stage::notice ? TextTable::Colour::blue : TextTable::Colour::green;
    case 1:
        return TextTable::Colour::yellow;
    case 2:
        return TextTable::Colour::red;
    default:
        return TextTable::Colour::magenta;
    }
}

std::optional<std::int64_t> used_bytes(const CheckResult& result) {
    for (const Resource& resource : result.quota) {
        if (resource.name == "STORAGE")
            return resource.used;
    }
    return result.failure ? std::nullopt : sum_of_folders(result.folders);
}

std::vector<std::string> cells_of(const CheckResult& result) {
    const std::string stage = result.failure            ? "unreachable"
                              : result.assessment.stage ? std::string(to_string(*result.assessment.stage))
                                                        : "unknown";
    std::vector<std::string> cells{for_terminal(result.shown_name()), stage, "", "", "", "", remark(result)};
    if (const auto& tightest = result.assessment.tightest) {
        cells[2] = bar(tightest->used_ratio) + ' ' + percent(tightest->used_ratio);
        cells[3] = amount(tightest->used, tightest->unit);
        cells[4] = amount(tightest->limit, tightest->unit);
        cells[5] = amount(std::max<std::int64_t>(0, tightest->limit - tightest->used), tightest->unit);
    } else if (const auto used = used_bytes(result)) {
        cells[3] = iec(*used);
    }
    return cells;
}

} // namespace

std::string iec(std::int64_t bytes) {
    constexpr std::array<const char*, 7> units{"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
    auto value = static_cast<double>(bytes);
    std::size_t unit = 0;
    while (value >= 1023.5 && unit + 1 < units.size()) {
        value /= 1024;
        ++unit;
    }
    std::array<char, 40> text{};
    const int digits = unit == 0 || value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2;
    std::snprintf(text.data(), text.size(), "%.*f %s", digits, value, units[unit]);
    return text.data();
}

std::string check_table(const std::vector<CheckResult>& results, bool colour) {
    using Align = TextTable::Align;
    TextTable table({{"MAILBOX", Align::left},
                     {"STAGE", Align::left},
                     {"FILL", Align::right},
                     {"USED", Align::right},
                     {"LIMIT", Align::right},
                     {"FREE", Align::right},
                     {"LARGEST FOLDERS, REMARKS", Align::left}});
    for (const CheckResult& result : results)
        table.add(cells_of(result), 1, colour_of(result));
    return table.to_string(colour);
}

} // namespace mailquotad::app
