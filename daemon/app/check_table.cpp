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
std::string bar(double ratio, bool unicode) {
    const int filled = std::clamp(static_cast<int>(ratio * kBarCells), 0, kBarCells);
    std::string cells;
    for (int cell = 0; cell < kBarCells; ++cell)
        cells += cell < filled ? (unicode ? "█" : "#") : (unicode ? "░" : "-");
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

/// What went wrong, or what is special about the limit; empty where all is usual.
std::string trouble(const CheckResult& result) {
    if (result.failure)
        return std::string(to_string(result.failure->kind)) + ": " + for_terminal(result.failure->detail);
    switch (result.assessment.limit_source) {
    case LimitSource::none:
        return "no limit";
    case LimitSource::not_told:
        return "the server tells no quota";
    case LimitSource::unclear:
        return "a limit of 0: unlimited or nothing allowed";
    case LimitSource::settings:
        return "limit from the settings";
    case LimitSource::server:
        break;
    }
    return "";
}

std::string remark(const CheckResult& result) {
    const std::string special = trouble(result);
    const std::string folders = result.failure ? "" : largest_folders(result);
    return special + (special.empty() || folders.empty() ? "" : "; ") + folders;
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

std::vector<std::string> cells_of(const CheckResult& result, const TerminalLook& look) {
    const std::string stage = result.failure            ? "unreachable"
                              : result.assessment.stage ? std::string(to_string(*result.assessment.stage))
                                                        : "unknown";
    std::vector<std::string> cells{for_terminal(result.shown_name()), stage, "", "", "", "", "", ""};
    if (const auto& tightest = result.assessment.tightest) {
        cells[2] = bar(tightest->used_ratio, look.unicode);
        cells[3] = percent(tightest->used_ratio);
        cells[4] = amount(std::max<std::int64_t>(0, tightest->limit - tightest->used), tightest->unit);
        cells[5] = amount(tightest->used, tightest->unit);
        cells[6] = amount(tightest->limit, tightest->unit);
    } else if (const auto used = used_bytes(result)) {
        cells[5] = iec(*used);
    }
    return cells;
}

TextTable table_of(const std::vector<CheckResult>& results, const TerminalLook& look, bool with_remarks) {
    using Align = TextTable::Align;
    using Narrow = TextTable::Narrow;
    TextTable table({{"MAILBOX", Align::left, Narrow::cut},
                     {"STAGE"},
                     {"", Align::left, Narrow::drop},
                     {"FILL", Align::right},
                     {"FREE", Align::right},
                     {"USED", Align::right, Narrow::drop},
                     {"LIMIT", Align::right, Narrow::drop},
                     {"LARGEST FOLDERS, REMARKS", Align::left, Narrow::cut}});
    for (const CheckResult& result : results) {
        std::vector<std::string> cells = cells_of(result, look);
        if (with_remarks)
            cells.back() = remark(result);
        table.add(std::move(cells), 1, colour_of(result));
    }
    return table;
}

/// What else is to be said where the terminal has no room for it in the table.
std::string troubles_below(const std::vector<CheckResult>& results) {
    std::string text;
    for (const CheckResult& result : results) {
        if (const std::string special = trouble(result); !special.empty())
            text += for_terminal(result.shown_name()) + "  " + special + '\n';
    }
    return text.empty() ? "" : '\n' + text;
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

std::string check_table(const std::vector<CheckResult>& results, const TerminalLook& look) {
    constexpr std::size_t kRoomForRemarks = 32;
    const TextTable bare = table_of(results, look, false);
    TerminalLook beside_remarks = look;
    beside_remarks.columns -= std::min(look.columns, kRoomForRemarks);
    if (bare.fits(beside_remarks))
        return table_of(results, look, true).to_string(look);
    return bare.to_string(look) + fit_lines(troubles_below(results), look);
}

} // namespace mailquotad::app
