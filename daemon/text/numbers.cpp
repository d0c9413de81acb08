#include "text/numbers.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>

namespace mailquotad::text {
namespace {

using Months = std::array<std::string_view, 12>;
constexpr Months kGermanMonths = {"Januar", "Februar", "März",      "April",   "Mai",      "Juni",
                                  "Juli",   "August",  "September", "Oktober", "November", "Dezember"};
constexpr Months kEnglishMonths = {"January", "February", "March",     "April",   "May",      "June",
                                   "July",    "August",   "September", "October", "November", "December"};

bool is_german(const std::string& language) {
    return language == "de";
}

const Months* months_of(const std::string& language) {
    if (is_german(language)) {
        return &kGermanMonths;
    }
    return language == "en" ? &kEnglishMonths : nullptr;
}

// "1.25" from 125 and 2 digits after the decimal sign.
std::string with_decimals(std::int64_t scaled, int decimals, const std::string& language) {
    std::string digits = std::to_string(scaled);
    if (decimals == 0) {
        return digits;
    }
    const auto places = static_cast<std::size_t>(decimals);
    if (digits.size() <= places) {
        digits.insert(0, places + 1 - digits.size(), '0');
    }
    digits.insert(digits.size() - places, is_german(language) ? "," : ".");
    return digits;
}

std::string two_digits(std::int64_t number) {
    return (number < 10 ? "0" : "") + std::to_string(number);
}

} // namespace

std::string bytes(std::int64_t bytes, const std::string& language) {
    if (bytes < 1000) {
        return std::to_string(std::max<std::int64_t>(bytes, 0)) + (bytes == 1            ? " Byte"
                                                                   : is_german(language) ? " Byte"
                                                                                         : " bytes");
    }
    constexpr std::array<std::string_view, 6> kUnits = {"KB", "MB", "GB", "TB", "PB", "EB"};
    double value = static_cast<double>(bytes) / 1024;
    std::size_t unit = 0;
    // 1000, not 1024: "1010 MB" would have four digits, "0,99 GB" has two.
    while (std::llround(value) >= 1000 && unit + 1 < kUnits.size()) {
        value /= 1024;
        ++unit;
    }
    const int decimals = value < 0.995 ? 2 : value < 9.95 ? 1 : 0;
    const double scale = decimals == 2 ? 100 : decimals == 1 ? 10 : 1;
    return with_decimals(std::llround(value * scale), decimals, language) + " " + std::string(kUnits[unit]);
}

std::string percent(double ratio, const std::string& language) {
    constexpr double kLargest = 1e6;
    // 0.29 × 100 is 28.999999999999996 in binary, hence the grain of dust.
    const double points = std::isnan(ratio) ? 0 : std::clamp(ratio, 0.0, kLargest) * 100 + 1e-9;
    return count(static_cast<std::int64_t>(points), language) + (is_german(language) ? " %" : "%");
}

std::string count(std::int64_t number, const std::string& language) {
    std::string digits = std::to_string(number);
    const std::size_t first = number < 0 ? 1 : 0;
    const char* const separator = is_german(language) ? "." : ",";
    for (std::size_t place = digits.size(); place > first + 3;) {
        place -= 3;
        digits.insert(place, separator);
    }
    return digits;
}

std::string date(std::chrono::sys_days day, const std::string& language) {
    if (months_of(language) == nullptr) {
        return format_date(day);
    }
    const std::chrono::year_month_day civil(day);
    return day_and_month(day, language) + " " + std::to_string(static_cast<int>(civil.year()));
}

std::string day_and_month(std::chrono::sys_days day, const std::string& language) {
    const Months* const months = months_of(language);
    if (months == nullptr) {
        return format_date(day);
    }
    const std::chrono::year_month_day civil(day);
    return std::to_string(static_cast<unsigned>(civil.day())) + (is_german(language) ? ". " : " ") +
           std::string((*months)[static_cast<unsigned>(civil.month()) - 1]);
}

std::string month_and_year(std::chrono::sys_days day, const std::string& language) {
    const Months* const months = months_of(language);
    if (months == nullptr) {
        return format_date(day).substr(0, 7);
    }
    const std::chrono::year_month_day civil(day);
    return std::string((*months)[static_cast<unsigned>(civil.month()) - 1]) + " " +
           std::to_string(static_cast<int>(civil.year()));
}

std::string date_and_time(const LocalTime& time, const std::string& language) {
    const std::int64_t minutes = time.minute_of_day.count();
    return date(time.day, language) + ", " + two_digits(minutes / 60) + ":" + two_digits(minutes % 60) +
           (is_german(language) ? " Uhr" : "");
}

} // namespace mailquotad::text
