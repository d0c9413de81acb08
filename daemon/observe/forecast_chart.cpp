#include "observe/forecast_chart.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace mailquotad::observe {
namespace {

constexpr double kWidth = 600;
constexpr double kMargin = 12;
constexpr double kHorizonDays = 365;

/// Days that the axis may span; the first that holds the late bound is taken.
constexpr std::array kSpans = {7.0, 14.0, 30.0, 60.0, 120.0, 180.0, kHorizonDays};

double span_for(double days) {
    const auto* found = std::find_if(kSpans.begin(), kSpans.end(), [&](double span) { return span >= days; });
    return found == kSpans.end() ? kHorizonDays : *found;
}

std::string coordinate(double value) {
    const auto tenths = std::llround(value * 10);
    return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10);
}

std::string label(double x, const char* anchor, const std::string& html) {
    return "<text x=\"" + coordinate(x) + "\" y=\"58\" text-anchor=\"" + anchor + "\">" + html + "</text>";
}

} // namespace

std::string forecast_chart(const Forecast& forecast, const PageText& text) {
    const FullInDays& days = forecast.full_in_days;
    if (!days.p10) {
        return "";
    }
    const double late = std::min(days.p90.value_or(kHorizonDays), kHorizonDays);
    const double span = span_for(late);
    const auto x = [&](double day) { return kMargin + std::clamp(day / span, 0.0, 1.0) * (kWidth - 2 * kMargin); };
    const double begin = x(*days.p10);
    std::string svg = "<svg class=\"line\" viewBox=\"0 0 600 64\" aria-hidden=\"true\">"
                      "<path class=\"axis\" d=\"M12 28H588M12 20v16M588 20v16\"/>"
                      "<rect class=\"range\" x=\"" +
                      coordinate(begin) + "\" y=\"18\" width=\"" + coordinate(std::max(x(late) - begin, 3.0)) +
                      "\" height=\"20\" rx=\"4\"/>";
    if (days.p50) {
        svg += "<path class=\"middle\" d=\"M" + coordinate(x(*days.p50)) + " 12v32\"/>";
    }
    return svg + label(kMargin, "start", text.word("today")) +
           label(kWidth - kMargin, "end", text.fill("in_days", {{"n", text.count(static_cast<std::int64_t>(span))}})) +
           "</svg>\n";
}

} // namespace mailquotad::observe
