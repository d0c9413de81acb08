#include "observe/page.h"

#include "core/escape.h"
#include "os/clock.h"
#include "text/numbers.h"

#include <cmath>

namespace mailquotad::observe {
namespace {

using Minutes = std::chrono::minutes;
using Hours = std::chrono::hours;

/// The local zone's distance from UTC at a time: "+01:00".
std::string utc_offset(Time time) {
    const LocalTime local = os::local_time(time);
    const auto wall = Time{local.day} + local.minute_of_day;
    const auto offset = std::chrono::round<Minutes>(wall - time).count();
    const auto two_digits = [](std::int64_t number) { return (number < 10 ? "0" : "") + std::to_string(number); };
    const std::int64_t size = std::abs(offset);
    return (offset < 0 ? "-" : "+") + two_digits(size / 60) + ":" + two_digits(size % 60);
}

std::string full_title(Time time, const std::string& language) {
    return for_html(text::date_and_time(os::local_time(time), language)) + " (UTC" + utc_offset(time) + ")";
}

std::string time_element(Time time, const std::string& title, const std::string& html) {
    return "<time datetime=\"" + format_utc(time) + "\"" + (title.empty() ? "" : " title=\"" + title + "\"") + ">" +
           html + "</time>";
}

/// "vor 5 min", "seit 5 min" by the prefix of the words: minutes up to an hour and a half, hours up to two days, so
/// that nothing is ever "1 days".
std::string distance(const PageText& text, const std::string& prefix, Seconds size) {
    if (size < Minutes{1}) {
        return text.word(prefix + "now");
    }
    const auto filled = [&](const char* unit, std::int64_t number) {
        return text.fill(prefix + unit, {{"n", text.count(number)}});
    };
    if (size < Minutes{90}) {
        return filled("minutes", std::chrono::floor<Minutes>(size).count());
    }
    return size < Hours{48} ? filled("hours", std::chrono::round<Hours>(size).count())
                            : filled("days", std::chrono::round<Days>(size).count());
}

} // namespace

PageText::PageText(const text::Catalog& catalog, std::string language, Time now)
    : catalog_(catalog), language_(catalog.has(language) ? std::move(language) : "en"), now_(now) {}

std::string PageText::word(const std::string& key) const {
    return for_html(catalog_.word(language_, "page." + key));
}

std::string PageText::fill(const std::string& key, const Blanks& blanks) const {
    const std::string sentence = word(key);
    std::string result;
    std::size_t position = 0;
    while (position < sentence.size()) {
        const std::size_t open = sentence.find('{', position);
        const std::size_t close = sentence.find('}', open);
        if (open == std::string::npos || close == std::string::npos) {
            break;
        }
        result.append(sentence, position, open - position);
        const std::string_view name = std::string_view(sentence).substr(open + 1, close - open - 1);
        for (const auto& [blank, html] : blanks) {
            if (blank == name) {
                result += html;
            }
        }
        position = close + 1;
    }
    return result.append(sentence, position, std::string::npos);
}

std::string PageText::bytes(std::int64_t bytes) const {
    return for_html(text::bytes(bytes, language_));
}

std::string PageText::count(std::int64_t number) const {
    return for_html(text::count(number, language_));
}

std::string PageText::percent(double ratio) const {
    return for_html(text::percent(ratio, language_));
}

std::string PageText::seconds(double seconds) const {
    const auto milliseconds = static_cast<std::int64_t>(std::llround(seconds * 1000));
    return milliseconds < 10000 ? fill("milliseconds", {{"n", count(milliseconds)}})
                                : fill("seconds", {{"n", count(milliseconds / 1000)}});
}

std::string PageText::ago(Time time) const {
    return time_element(time, full_title(time, language_),
                        time <= now_ ? distance(*this, "ago_", now_ - time) : distance(*this, "in_", time - now_));
}

std::string PageText::since(Time time) const {
    return time_element(time, full_title(time, language_),
                        distance(*this, "for_", time <= now_ ? now_ - time : Seconds{0}));
}

std::string PageText::moment(Time time) const {
    return time_element(time, "UTC" + utc_offset(time), for_html(text::date_and_time(os::local_time(time), language_)));
}

std::string PageText::short_moment(Time time) const {
    const LocalTime local = os::local_time(time);
    const auto minute = static_cast<int>(local.minute_of_day.count());
    const auto two_digits = [](int number) { return (number < 10 ? "0" : "") + std::to_string(number); };
    return time_element(time, full_title(time, language_),
                        for_html(text::day_and_month(local.day, language_)) + ", " + two_digits(minute / 60) + ":" +
                            two_digits(minute % 60));
}

std::string PageText::plain_day(Time time) const {
    return for_html(text::date(os::local_time(time).day, language_));
}

std::string PageText::short_day(Time time) const {
    return for_html(text::day_and_month(os::local_time(time).day, language_));
}

std::string PageText::day(Time time) const {
    return time_element(time, "", for_html(text::date(os::local_time(time).day, language_)));
}

std::string way_home(int depth) {
    std::string way = "./";
    for (int i = 0; i < depth; ++i) {
        way = i == 0 ? "../" : way + "../";
    }
    return way;
}

std::string to_path_segment(std::string_view text) {
    constexpr std::string_view kHex = "0123456789ABCDEF";
    constexpr std::string_view kMarks = "-_.~";
    std::string result;
    for (const char character : text) {
        const auto byte = static_cast<unsigned char>(character);
        const bool plain = (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
                           (byte >= '0' && byte <= '9') || kMarks.find(character) != std::string_view::npos;
        result += plain ? std::string(1, character) : std::string{'%', kHex[byte >> 4U], kHex[byte & 15U]};
    }
    return result;
}

std::string to_html(const Document& document, const PageText& text) {
    const std::string home = way_home(document.depth);
    return "<!DOCTYPE html>\n<html lang=\"" + for_html(text.language()) +
           "\">\n<head>\n<meta charset=\"utf-8\">\n"
           "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
           "<meta name=\"color-scheme\" content=\"light dark\">\n<meta name=\"robots\" content=\"noindex\">\n<title>" +
           document.title + "</title>\n<link rel=\"stylesheet\" href=\"" + home + "style.css\">\n</head>\n<body>\n" +
           "<a class=\"skip\" href=\"#main\">" + text.word("skip") +
           "</a>\n<header class=\"top\"><a class=\"brand\" href=\"" + home +
           "\">mailquotad</a> <span class=\"muted\">" + text.word("tagline") +
           "</span></header>\n<main id=\"main\">\n" + document.body + "</main>\n<footer>" + document.footer +
           "</footer>\n</body>\n</html>\n";
}

} // namespace mailquotad::observe
