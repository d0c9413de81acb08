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
    std::string svg = "<svg class=\"line\" viewBox=\"0 0 600 48\" aria-hidden=\"true\">"
                      "<path class=\"axis\" d=\"M12 24H588M12 16v16M588 16v16\"/>"
                      "<rect class=\"range\" x=\"" +
                      coordinate(begin) + "\" y=\"14\" width=\"" + coordinate(std::max(x(late) - begin, 3.0)) +
                      "\" height=\"20\" rx=\"4\"/>";
    if (days.p50) {
        svg += "<path class=\"middle\" d=\"M" + coordinate(x(*days.p50)) + " 8v32\"/>";
    }
    const auto days_shown = static_cast<std::int64_t>(span);
    return svg + "</svg>\n<p class=\"ends\" aria-hidden=\"true\"><span>" + text.word("today") + "</span><span>" +
           text.fill("in_days", {{"n", text.count(days_shown)}}) + "</span></p>\n";
}

} // namespace mailquotad::observe
