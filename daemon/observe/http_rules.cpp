#include "observe/http_rules.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>

#include <arpa/inet.h>

namespace mailquotad::observe {
namespace {

char lower(char character) {
    return character >= 'A' && character <= 'Z' ? static_cast<char>(character - 'A' + 'a') : character;
}

bool same(std::string_view a, std::string_view b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) { return lower(x) == lower(y); });
}

bool is_digits(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](char character) { return character >= '0' && character <= '9'; });
}

bool is_address(int family, std::string_view text) {
    std::array<unsigned char, sizeof(in6_addr)> address{};
    return inet_pton(family, std::string(text).c_str(), address.data()) == 1;
}

/// The host of "host:port" or "[address]:port"; nothing where it is neither.
std::optional<std::string_view> without_port(std::string_view header) {
    const std::size_t end = header.starts_with('[') ? header.find(']') : header.find(':');
    const std::size_t host_end = header.starts_with('[') && end != std::string_view::npos ? end + 1 : end;
    if (header.starts_with('[') && end == std::string_view::npos) {
        return std::nullopt;
    }
    if (host_end >= header.size()) {
        return header;
    }
    if (header[host_end] != ':' || !is_digits(header.substr(host_end + 1))) {
        return std::nullopt;
    }
    return header.substr(0, host_end);
}

std::string_view trim(std::string_view text) {
    const std::size_t begin = text.find_first_not_of(" \t");
    return begin == std::string_view::npos ? std::string_view{}
                                           : text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

/// The text up to a separator; `rest` keeps what follows it.
std::string_view take(std::string_view& rest, char separator) {
    const std::size_t end = rest.find(separator);
    const std::string_view first = rest.substr(0, end);
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    return trim(first);
}

/// The weight of "q=0.8" among the parameters of a language; 1 without one, 0 for a broken one.
double quality(std::string_view parameters) {
    while (!parameters.empty()) {
        const std::string_view parameter = take(parameters, ';');
        if (parameter.size() > 1 && lower(parameter[0]) == 'q' && parameter[1] == '=') {
            double value = 0;
            const auto end = parameter.data() + parameter.size();
            const auto result = std::from_chars(parameter.data() + 2, end, value, std::chars_format::fixed);
            return result.ec == std::errc{} && result.ptr == end && value >= 0 && value <= 1 ? value : 0;
        }
    }
    return 1;
}

int hex(char character) {
    const char folded = lower(character);
    if (folded >= '0' && folded <= '9') {
        return folded - '0';
    }
    return folded >= 'a' && folded <= 'f' ? folded - 'a' + 10 : -1;
}

} // namespace

bool is_own_host(std::string_view host_header, const std::vector<std::string>& hosts) {
    const auto host = without_port(host_header);
    if (!host || host->empty()) {
        return false;
    }
    if (host->starts_with('[')) {
        return is_address(AF_INET6, host->substr(1, host->size() - 2));
    }
    return is_address(AF_INET, *host) || same(*host, "localhost") ||
           std::any_of(hosts.begin(), hosts.end(), [&](const std::string& own) { return same(own, *host); });
}

std::string choose_language(std::string_view accept_language, const std::vector<std::string>& available,
                            const std::string& fallback) {
    std::string best = fallback;
    double best_quality = 0;
    while (!accept_language.empty()) {
        std::string_view parameters = take(accept_language, ',');
        const std::string_view range = take(parameters, ';');
        const std::string_view primary = range.substr(0, range.find('-'));
        const double weight = quality(parameters);
        for (const std::string& language : available) {
            if (weight > best_quality && (same(range, language) || same(primary, language))) {
                best = language;
                best_quality = weight;
            }
        }
    }
    return best;
}

std::optional<std::string> from_path_segment(std::string_view segment) {
    std::string result;
    for (std::size_t i = 0; i < segment.size(); ++i) {
        if (segment[i] != '%') {
            result += segment[i];
            continue;
        }
        if (i + 2 >= segment.size() || hex(segment[i + 1]) < 0 || hex(segment[i + 2]) < 0) {
            return std::nullopt;
        }
        result += static_cast<char>(hex(segment[i + 1]) * 16 + hex(segment[i + 2]));
        i += 2;
    }
    return result;
}

std::string to_http_date(long long seconds) {
    using namespace std::chrono;
    constexpr std::array kDays = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    constexpr std::array kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const sys_seconds time{std::chrono::seconds{seconds}};
    const sys_days day = floor<days>(time);
    const year_month_day date{day};
    const hh_mm_ss clock{time - day};
    const auto two = [](long long number) { return (number < 10 ? "0" : "") + std::to_string(number); };
    return std::string(kDays[weekday{day}.c_encoding()]) + ", " + two(static_cast<unsigned>(date.day())) + " " +
           kMonths[static_cast<unsigned>(date.month()) - 1] + " " + std::to_string(static_cast<int>(date.year())) +
           " " + two(clock.hours().count()) + ":" + two(clock.minutes().count()) + ":" + two(clock.seconds().count()) +
           " GMT";
}

} // namespace mailquotad::observe
