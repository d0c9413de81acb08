#include "pop3/capabilities.h"

#include "core/ascii.h"
#include "pop3/words.h"

#include <algorithm>

namespace mailquotad::pop3 {

namespace {

constexpr std::size_t kMaxLines = 100;
constexpr std::size_t kMaxLine = 200;
constexpr Seconds kLongestDelay = Days{1};

bool is_visible(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~' && c != ','; });
}

} // namespace

void Capabilities::add(std::string_view line) {
    line = line.substr(0, line.find_last_not_of(' ') + 1);
    line.remove_prefix(std::min(line.find_first_not_of(' '), line.size()));
    if (!line.empty() && line.size() <= kMaxLine && lines_.size() < kMaxLines && is_visible(line)) {
        lines_.push_back(upper(line));
    }
}

std::optional<std::string_view> Capabilities::arguments(std::string_view name) const {
    for (const std::string& line : lines_) {
        std::string_view rest = line;
        if (take_word(rest) == name) {
            return rest;
        }
    }
    return std::nullopt;
}

bool Capabilities::has(std::string_view name) const {
    return arguments(name).has_value();
}

bool Capabilities::has_sasl(std::string_view mechanism) const {
    auto mechanisms = arguments("SASL").value_or("");
    while (!mechanisms.empty()) {
        if (take_word(mechanisms) == mechanism) {
            return true;
        }
    }
    return false;
}

std::optional<Seconds> Capabilities::login_delay() const {
    auto rest = arguments("LOGIN-DELAY").value_or("");
    const auto seconds = parse_number(take_word(rest));
    if (!seconds || *seconds == 0) {
        return std::nullopt;
    }
    return Seconds{std::min<std::int64_t>(*seconds, kLongestDelay.count())};
}

std::string Capabilities::text() const {
    std::string result;
    for (const std::string& line : lines_) {
        result += result.empty() ? line : ", " + line;
    }
    return result;
}

Capabilities Capabilities::from_text(std::string_view text) {
    Capabilities result;
    while (!text.empty()) {
        const std::string_view line = text.substr(0, text.find(','));
        text.remove_prefix(std::min(line.size() + 1, text.size()));
        result.add(line);
    }
    return result;
}

} // namespace mailquotad::pop3
