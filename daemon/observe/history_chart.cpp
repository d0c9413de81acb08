#include "observe/history_chart.h"

#include "observe/svg.h"
#include "observe/view_rules.h"
#include "os/clock.h"

#include <algorithm>
#include <cmath>

namespace mailquotad::observe {
namespace {

constexpr Days kLongestLine{8}; ///< a longer gap between two measurements is left open
constexpr double kTop = 8;      ///< percent above the plot, for the marks

struct Point {
    Time at{};
    double bytes = 0;
};

/// Everything to be drawn, and where.
class Plot {
public:
    Plot(const ChartFacts& facts, Time now) : now_(now), begins_at_(facts.mailbox.begins_at) {
        const Time since = now - kDrawnPast;
        for (const PastDay& day : facts.past.days) {
            if (day.at >= since && day.at <= now) {
                days_.push_back(day);
            }
        }
        if (days_.empty()) {
            return;
        }
        limit_ = days_.back().limit_bytes.value_or(0);
        first_ = days_.front().at;
        last_ = now;
        for (const PastDay& day : days_) {
            top_ = std::max({top_, day.used_bytes, day.limit_bytes.value_or(0)});
        }
        if (facts.mailbox.forecast && is_fresh(facts.mailbox, now)) {
            forecast_ = &*facts.mailbox.forecast;
            last_ = now + Days{kForecastHorizons.back()};
            top_ = std::max({top_, std::min(forecast_->used_bytes.back().p90, 2 * std::max(top_, limit_))});
        }
    }

    [[nodiscard]] bool is_worth_drawing() const { return days_.size() >= 2 && last_ > first_ && top_ > 0; }
    [[nodiscard]] const std::vector<PastDay>& days() const { return days_; }
    [[nodiscard]] const Forecast* forecast() const { return forecast_; }
    [[nodiscard]] std::int64_t limit() const { return limit_; }
    [[nodiscard]] Time first() const { return first_; }
    [[nodiscard]] Time now() const { return now_; }
    [[nodiscard]] Time last() const { return last_; }

    /// Percent from the left.
    [[nodiscard]] double x(Time at) const {
        return 100.0 * static_cast<double>((at - first_).count()) / static_cast<double>((last_ - first_).count());
    }
    /// Percent from the top.
    [[nodiscard]] double y(double bytes) const {
        const double share = std::clamp(bytes / static_cast<double>(top_), 0.0, 1.0);
        return kTop + (100 - kTop) * (1 - share);
    }
    [[nodiscard]] std::string place(Time at, double bytes) const {
        return svg_number(x(at)) + " " + svg_number(y(bytes));
    }
    /// The thresholds that are drawn: stage and bytes.
    [[nodiscard]] std::vector<std::pair<Stage, double>> thresholds() const {
        std::vector<std::pair<Stage, double>> list;
        for (const Stage stage : {Stage::warning, Stage::urgent}) {
            const double ratio = begins_at_[static_cast<std::size_t>(stage) - 1];
            if (limit_ > 0 && ratio > 0) {
                list.emplace_back(stage, ratio * static_cast<double>(limit_));
            }
        }
        return list;
    }

private:
    std::vector<PastDay> days_;
    Time now_;
    std::array<double, 4> begins_at_;
    const Forecast* forecast_ = nullptr;
    std::int64_t limit_ = 0; ///< 0: none
    std::int64_t top_ = 0;
    Time first_{};
    Time last_{};
};

/// The use as one or, around gaps, several lines; `closed` fills the area below.
std::string use_path(const Plot& plot, bool closed) {
    std::string path;
    const auto& days = plot.days();
    for (std::size_t i = 0; i < days.size(); ++i) {
        const bool begins = i == 0 || days[i].at - days[i - 1].at > kLongestLine;
        if (begins && i > 0 && closed) {
            path += "L" + plot.place(days[i - 1].at, 0) + "Z";
        }
        if (begins && closed) {
            path += "M" + plot.place(days[i].at, 0);
        }
        path += (begins && !closed ? "M" : "L") + plot.place(days[i].at, static_cast<double>(days[i].used_bytes));
    }
    return closed ? path + "L" + plot.place(days.back().at, 0) + "Z" : path;
}

std::string fan_paths(const Plot& plot) {
    if (plot.forecast() == nullptr) {
        return "";
    }
    const PastDay& last = plot.days().back();
    const std::string start = plot.place(last.at, static_cast<double>(last.used_bytes));
    std::string high = "M" + start;
    std::string middle = "M" + start;
    std::string low;
    for (std::size_t i = 0; i < kForecastHorizons.size(); ++i) {
        const Time at = plot.now() + Days{kForecastHorizons[i]};
        const ByteQuantiles& bytes = plot.forecast()->used_bytes[i];
        high += "L" + plot.place(at, static_cast<double>(bytes.p90));
        middle += "L" + plot.place(at, static_cast<double>(bytes.p50));
        low.insert(0, "L" + plot.place(at, static_cast<double>(bytes.p10)));
    }
    return "<path class=\"fan\" d=\"" + high + low + "Z\"/><path class=\"likely\" d=\"" + middle + "\"/>";
}

std::string level_line(const char* name, const std::string& y) {
    return "<line class=\"" + std::string(name) + "\" x1=\"0\" x2=\"100%\" y1=\"" + y + "\" y2=\"" + y + "\"/>";
}

std::string lines(const Plot& plot, const PageText& text) {
    std::string svg = level_line("axis", "100%");
    for (const auto& [stage, bytes] : plot.thresholds()) {
        svg += level_line(stage == Stage::warning ? "threshold s-warning" : "threshold s-urgent",
                          svg_number(plot.y(bytes)) + "%");
    }
    if (plot.limit() > 0) {
        const std::string y = svg_number(plot.y(static_cast<double>(plot.limit()))) + "%";
        svg += level_line("limit", y) + "<text x=\"4\" y=\"" + y + "\" dy=\"-.35em\">" +
               text.fill("chart.limit", {{"amount", text.bytes(plot.limit())}}) + "</text>";
    }
    const std::string now = svg_number(plot.x(plot.now())) + "%";
    return svg + "<line class=\"now\" x1=\"" + now + "\" x2=\"" + now + "\" y1=\"" + svg_number(kTop) +
           "%\" y2=\"100%\"/>";
}

/// A mark of a fixed size at a place in percent.
std::string mark(const char* name, double x, double y, const char* shape, const std::string& title) {
    return "<svg class=\"mark\" x=\"" + svg_number(x) + "%\" y=\"" + svg_number(y) + "%\"><title>" + title +
           "</title><path class=\"" + std::string(name) + "\" d=\"" + shape + "\"/></svg>";
}

std::string marks(const Plot& plot, const ChartFacts& facts, const PageText& text) {
    std::string svg;
    for (const PastMail& mail : facts.past.mails) {
        if (mail.at >= plot.first() && mail.at <= plot.now() && mail.fate == PastMail::Fate::accepted) {
            svg += mark("mail", plot.x(mail.at), 1, "M-5 0h10l-5 8z",
                        text.word("mail." + std::string(to_string(mail.kind))) + ", " + text.plain_day(mail.at));
        }
    }
    for (const MailboxEvent& event : facts.past.events) {
        if (event.kind == EventKind::freed && event.at >= plot.first() && event.at <= plot.now()) {
            svg +=
                mark("freed", plot.x(event.at), 1, "M0 0l4 4-4 4-4-4z",
                     text.fill("event.freed", {{"amount", text.bytes(event.bytes)}}) + ", " + text.plain_day(event.at));
        }
    }
    return svg;
}

/// The days below the plot, as many as have room on a telephone.
std::string time_axis(const Plot& plot, const PageText& text) {
    constexpr double room_for_two = 45;
    const double now = plot.x(plot.now());
    const auto label = [](double x, const char* anchor, const std::string& words) {
        return "<text x=\"" + svg_number(x) + "%\" y=\"1em\" text-anchor=\"" + anchor + "\">" + words + "</text>";
    };
    std::string axis = "<svg class=\"times\" aria-hidden=\"true\">";
    if (now >= room_for_two) {
        axis += label(0, "start", text.short_day(plot.first())) + label(now, "end", text.word("today"));
    } else {
        axis += label(now, now < 10 ? "start" : "middle", text.word("today"));
    }
    if (plot.forecast() != nullptr) {
        axis += label(100, "end", text.short_day(plot.last()));
    }
    return axis + "</svg>\n";
}

std::string legend(const Plot& plot, const ChartFacts& facts, const PageText& text) {
    const auto item = [&](const char* name, const char* shape, const std::string& words) {
        return "<li><svg class=\"key\" viewBox=\"-8 -8 16 16\" aria-hidden=\"true\"><path class=\"" +
               std::string(name) + "\" d=\"" + shape + "\"/></svg>" + words + "</li>";
    };
    std::string items = item("use", "M-8 0h16", text.word("chart.use"));
    if (plot.forecast() != nullptr) {
        items += item("fan", "M-8 5L8 -7V5z", text.word("chart.fan")) +
                 item("likely", "M-8 3L8 -3", text.word("chart.likely"));
    }
    for (const auto& [stage, bytes] : plot.thresholds()) {
        items += item(stage == Stage::warning ? "threshold s-warning" : "threshold s-urgent", "M-8 0h16",
                      text.fill(stage == Stage::warning ? "chart.warning" : "chart.urgent",
                                {{"ratio", text.percent(bytes / static_cast<double>(plot.limit()))}}));
    }
    const auto in_view = [&](Time at) { return at >= plot.first() && at <= plot.now(); };
    if (std::any_of(facts.past.mails.begin(), facts.past.mails.end(),
                    [&](const PastMail& mail) { return in_view(mail.at) && mail.fate == PastMail::Fate::accepted; })) {
        items += item("mail", "M-5 -4h10l-5 8z", text.word("chart.mail"));
    }
    if (std::any_of(facts.past.events.begin(), facts.past.events.end(),
                    [&](const MailboxEvent& event) { return in_view(event.at) && event.kind == EventKind::freed; })) {
        items += item("freed", "M0 -4l4 4-4 4-4-4z", text.word("chart.freed"));
    }
    return "<ul class=\"legend\">" + items + "</ul>\n";
}

std::string table_row(const std::string& day, const std::string& amount, const std::string& note) {
    return "<tr><th scope=\"row\">" + day + "</th><td class=\"number\">" + amount + "</td><td>" + note + "</td></tr>\n";
}

/// The last day of each week, and the forecast at its horizons.
std::string data_table(const Plot& plot, const PageText& text) {
    std::string rows;
    const auto& days = plot.days();
    for (std::size_t i = 0; i < days.size(); ++i) {
        const auto weeks_back = [&](const PastDay& day) { return (plot.now() - day.at) / Days{7}; };
        if (i + 1 < days.size() && weeks_back(days[i]) == weeks_back(days[i + 1])) {
            continue;
        }
        rows += table_row(
            text.day(days[i].at), text.bytes(days[i].used_bytes),
            days[i].limit_bytes && *days[i].limit_bytes > 0
                ? text.percent(static_cast<double>(days[i].used_bytes) / static_cast<double>(*days[i].limit_bytes))
                : text.word("none"));
    }
    for (std::size_t i = 0; plot.forecast() != nullptr && i < kForecastHorizons.size(); ++i) {
        const ByteQuantiles& bytes = plot.forecast()->used_bytes[i];
        rows +=
            table_row(text.day(plot.now() + Days{kForecastHorizons[i]}),
                      text.fill("chart.about", {{"amount", text.bytes(bytes.p50)}}),
                      text.fill("chart.between", {{"low", text.bytes(bytes.p10)}, {"high", text.bytes(bytes.p90)}}));
    }
    return "<details><summary>" + text.word("chart.table") +
           "</summary>\n<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"" + text.word("chart.table") +
           "\"><table class=\"plain\"><thead><tr><th scope=\"col\">" + text.word("column_day") +
           "</th><th scope=\"col\" class=\"number\">" + text.word("column_used") + "</th><th scope=\"col\">" +
           text.word("column_share") + "</th></tr></thead>\n<tbody>\n" + rows + "</tbody></table></div></details>\n";
}

/// What the picture shows, for those who do not see it.
std::string description(const Plot& plot, const PageText& text) {
    std::string words = text.fill("chart.course", {{"from", text.plain_day(plot.first())},
                                                   {"before", text.bytes(plot.days().front().used_bytes)},
                                                   {"after", text.bytes(plot.days().back().used_bytes)}});
    if (plot.limit() > 0) {
        words += " " + text.fill("chart.limit", {{"amount", text.bytes(plot.limit())}}) + ".";
    }
    if (plot.forecast() != nullptr) {
        const ByteQuantiles& bytes = plot.forecast()->used_bytes.back();
        words += " " + text.fill("chart.foretold", {{"n", text.count(kForecastHorizons.back())},
                                                    {"low", text.bytes(bytes.p10)},
                                                    {"high", text.bytes(bytes.p90)}});
    }
    return words;
}

} // namespace

std::string history_chart(const ChartFacts& facts, const PageText& text) {
    const Plot plot(facts, text.now());
    if (!plot.is_worth_drawing()) {
        return "";
    }
    // The inner drawing is stretched to the width of the page; words and marks around it keep their size.
    return "<figure class=\"chart\"><svg class=\"plot\" role=\"img\" aria-labelledby=\"chart-title chart-desc\">"
           "<title id=\"chart-title\">" +
           text.word("chart.title") + "</title><desc id=\"chart-desc\">" + description(plot, text) +
           "</desc><svg width=\"100%\" height=\"100%\" viewBox=\"0 0 100 100\" preserveAspectRatio=\"none\">"
           "<path class=\"area\" d=\"" +
           use_path(plot, true) + "\"/>" + fan_paths(plot) + "<path class=\"use\" d=\"" + use_path(plot, false) +
           "\"/></svg>" + lines(plot, text) + marks(plot, facts, text) + "</svg>\n" + time_axis(plot, text) +
           legend(plot, facts, text) + "</figure>\n" + data_table(plot, text);
}

} // namespace mailquotad::observe
