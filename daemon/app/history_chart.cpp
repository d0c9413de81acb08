#include "app/history_chart.h"

#include "app/check_output.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>

namespace mailquotad::app {

namespace {

constexpr std::size_t kRows = 12;
constexpr std::size_t kLeastColumns = 40;
constexpr std::size_t kMostColumns = 200;
constexpr std::size_t kLabel = 9; // columns left of the axis
constexpr int kEighths = 8;

enum class Ink { plain, past, fan, limit, mark };
constexpr std::array<std::string_view, 5> kColours{"", "\x1b[36m", "\x1b[33m", "\x1b[31m", "\x1b[35m"};

/// The characters of the chart in both alphabets.
struct Alphabet {
    std::array<std::string_view, kEighths + 1> fill;
    std::string_view sure, likely, possible, limit, axis, corner, line, clean_up, mail;
};
constexpr Alphabet kUnicode{{" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"}, "▒", "━", "░", "┄", "│", "└", "─", "▼", "●"};
constexpr Alphabet kAscii{{" ", " ", " ", " ", "#", "#", "#", "#", "#"}, ":", "=", ".", "-", "|", "+", "-", "v", "*"};

/// One column of the plot: some days of the past, or of the forecast.
struct Column {
    std::optional<double> used;
    std::optional<std::array<double, 3>> fan; ///< 10, 50 and 90 %
    bool cleaned_up = false;
    bool mailed = false;
};

/// Text of one line, coloured where that is wanted.
class Line {
public:
    explicit Line(bool colour) : colour_(colour) {}
    void add(std::string_view text, Ink ink = Ink::plain) {
        if (colour_ && ink != ink_) {
            text_ += ink_ == Ink::plain ? "" : "\x1b[0m";
            text_ += kColours[static_cast<std::size_t>(ink)];
            ink_ = ink;
        }
        text_ += text;
    }
    std::string end() {
        add("", Ink::plain);
        while (!text_.empty() && text_.back() == ' ')
            text_.pop_back();
        return text_ + '\n';
    }

private:
    bool colour_;
    Ink ink_ = Ink::plain;
    std::string text_;
};

std::array<double, 3> fan_at(const Forecast& forecast, std::int64_t now_bytes, int day) {
    int first = 0;
    std::array<double, 3> before{};
    before.fill(static_cast<double>(now_bytes));
    for (std::size_t i = 0; i < kForecastHorizons.size(); ++i) {
        const ByteQuantiles& bytes = forecast.used_bytes[i];
        const std::array<double, 3> after{static_cast<double>(bytes.p10), static_cast<double>(bytes.p50),
                                          static_cast<double>(bytes.p90)};
        if (day <= kForecastHorizons[i]) {
            const double share = static_cast<double>(day - first) / (kForecastHorizons[i] - first);
            for (std::size_t j = 0; j < before.size(); ++j)
                before[j] = std::lerp(before[j], after[j], share);
            return before;
        }
        before = after;
        first = kForecastHorizons[i];
    }
    return before;
}

/// The picture in columns, before it becomes characters.
struct Plot {
    std::vector<Column> columns;
    std::size_t past = 0; ///< how many of them are past
    double top = 1;
};

Plot plot_of(const ChartData& data, std::size_t width) {
    const std::size_t future = data.forecast ? static_cast<std::size_t>(kForecastHorizons.back()) : 0;
    const std::size_t days_each = (data.days.size() + future + width - 2) / (width - 1);
    Plot plot;
    plot.past = (data.days.size() + days_each - 1) / days_each;
    plot.columns.resize(plot.past);
    std::int64_t now_bytes = 0;
    for (std::size_t i = 0; i < data.days.size(); ++i) {
        const ChartDay& day = data.days[i];
        // The newest column is a full one: what is left over is at the beginning.
        Column& column = plot.columns[plot.past - 1 - (data.days.size() - 1 - i) / days_each];
        if (day.used_bytes) {
            now_bytes = *day.used_bytes;
            column.used = static_cast<double>(now_bytes);
        }
        column.cleaned_up |= day.cleaned_up;
        column.mailed |= day.mailed;
        plot.top = std::max(plot.top, column.used.value_or(0));
    }
    const double limit = static_cast<double>(data.limit_bytes.value_or(0));
    plot.top = std::max(plot.top, limit);
    for (std::size_t day = days_each; day <= future; day += days_each) {
        Column& column = plot.columns.emplace_back();
        column.fan = fan_at(*data.forecast, now_bytes, static_cast<int>(day));
        // What lies far beyond the limit would press everything else to the ground.
        plot.top = std::max(plot.top, limit > 0 ? std::min(column.fan->back(), 1.2 * limit) : column.fan->back());
    }
    plot.top *= 1.02;
    return plot;
}

void add_cell(Line& line, const Column& column, double low, double high, double limit, const Alphabet& letters) {
    const double middle = (low + high) / 2;
    if (column.used && *column.used > low) {
        const double share = std::min(1.0, (*column.used - low) / (high - low));
        const auto eighths = static_cast<std::size_t>(std::lround(share * kEighths));
        if (letters.fill[eighths] != " ")
            return line.add(letters.fill[eighths], Ink::past);
    }
    if (column.fan) {
        const auto [early, likely, late] = *column.fan;
        if (likely >= low && likely < high)
            return line.add(letters.likely, Ink::fan);
        if (middle <= late)
            return line.add(middle <= early ? letters.sure : letters.possible, Ink::fan);
    }
    if (limit >= low && limit < high)
        return line.add(letters.limit, Ink::limit);
    line.add(" ");
}

std::string label(const std::string& text) {
    const std::size_t width = terminal_width(text);
    return (width < kLabel ? std::string(kLabel - width, ' ') : std::string()) + text;
}

std::string rows_of(const Plot& plot, double limit, const Alphabet& letters, bool colour) {
    std::string text;
    const double step = plot.top / static_cast<double>(kRows);
    for (std::size_t row = kRows; row-- > 0;) {
        const double low = step * static_cast<double>(row);
        const bool at_limit = limit >= low && limit < low + step;
        const bool named = at_limit || (row == kRows - 1 && limit < low - step) || row == kRows / 2;
        Line line(colour);
        line.add(label(named ? iec(static_cast<std::int64_t>(at_limit ? limit : low + step / 2)) : ""),
                 at_limit ? Ink::limit : Ink::plain);
        line.add(letters.axis);
        for (const Column& column : plot.columns)
            add_cell(line, column, low, low + step, limit, letters);
        text += line.end();
    }
    return text;
}

std::string marks_of(const Plot& plot, const Alphabet& letters, bool colour) {
    Line line(colour);
    line.add(std::string(kLabel + 1, ' '));
    bool any = false;
    for (const Column& column : plot.columns) {
        any |= column.cleaned_up || column.mailed;
        line.add(column.mailed ? letters.mail : column.cleaned_up ? letters.clean_up : " ", Ink::mark);
    }
    return any ? line.end() : "";
}

/// First day, today and the last day of the forecast, where there is room for them.
std::string dates_of(const ChartData& data, const Plot& plot) {
    const std::size_t width = plot.columns.size();
    const std::string first = format_date(data.days.front().day);
    const std::string today = format_date(data.days.back().day);
    std::string line(kLabel + 1 + std::max(width, first.size()), ' ');
    const auto put = [&line](std::size_t at, const std::string& text) {
        line.resize(std::max(line.size(), at + text.size()), ' ');
        line.replace(at, text.size(), text);
    };
    put(kLabel + 1, first);
    if (plot.past > 2 * first.size() + 1)
        put(kLabel + 1 + plot.past - today.size(), today);
    const std::string last = format_date(data.days.back().day + Days(kForecastHorizons.back()));
    if (width > plot.past + last.size())
        put(kLabel + 1 + width - last.size(), last);
    return line + '\n';
}

std::string legend_of(const ChartData& data, const Alphabet& letters, std::size_t columns) {
    const auto has = [&data](bool ChartDay::*mark) {
        return std::any_of(data.days.begin(), data.days.end(), [mark](const ChartDay& day) { return day.*mark; });
    };
    std::string legend;
    std::size_t used = 0;
    const auto add = [&](bool wanted, std::string_view letter, std::string_view text) {
        constexpr std::size_t kBetween = 3;
        if (!wanted)
            return;
        const std::size_t width = text.size() + 2;
        const bool fits = used > 0 && used + kBetween + width <= columns;
        legend += used == 0 ? "" : fits ? std::string(kBetween, ' ') : "\n";
        used = fits ? used + kBetween + width : width;
        legend += std::string(letter) + ' ' + std::string(text);
    };
    add(true, letters.fill.back(), "used");
    add(data.limit_bytes.has_value(), letters.limit, "limit");
    add(has(&ChartDay::cleaned_up), letters.clean_up, "cleaned up");
    add(has(&ChartDay::mailed), letters.mail, "mail");
    add(data.forecast.has_value(), letters.likely, "likely");
    add(data.forecast.has_value(), letters.possible, "8 of 10 end here");
    add(data.forecast.has_value(), letters.sure, "9 of 10 get this far");
    return legend + '\n';
}

} // namespace

std::string draw_history(const ChartData& data, const TerminalLook& look) {
    const auto known = [](const ChartDay& day) { return day.used_bytes.has_value(); };
    if (std::none_of(data.days.begin(), data.days.end(), known))
        return "";
    const Alphabet& letters = look.unicode ? kUnicode : kAscii;
    const std::size_t width = std::clamp(look.columns, kLeastColumns, kMostColumns) - kLabel - 1;
    const Plot plot = plot_of(data, width);
    const double limit = data.limit_bytes ? static_cast<double>(*data.limit_bytes) : -1;
    Line axis(look.colour);
    axis.add(label("0"));
    axis.add(letters.corner);
    for (std::size_t i = 0; i < plot.columns.size(); ++i)
        axis.add(letters.line);
    return rows_of(plot, limit, letters, look.colour) + axis.end() + marks_of(plot, letters, look.colour) +
           dates_of(data, plot) + legend_of(data, letters, std::max(look.columns, kLeastColumns));
}

} // namespace mailquotad::app
