#include "settings/values.h"

#include "core/escape.h"
#include "settings/environment.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <filesystem>
#include <fstream>

namespace mailquotad::settings {

namespace {

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool is_word(char c) {
    return is_letter(c) || is_digit(c) || c == '_';
}

/// All digits, no sign, no space.
std::optional<int> parse_digits(std::string_view text) {
    int value = 0;
    if (text.empty() || text.size() > 6 || !std::ranges::all_of(text, is_digit))
        return std::nullopt;
    std::from_chars(text.data(), text.data() + text.size(), value);
    return value;
}

bool is_local_part(std::string_view text) {
    constexpr std::string_view kSpecials = "()<>[]:;@\\,\" ";
    return !text.empty() && text.size() <= 64 && text.front() != '.' && text.back() != '.' &&
           text.find("..") == std::string_view::npos && text.find_first_of(kSpecials) == std::string_view::npos;
}

std::string_view trimmed(std::string_view text) {
    const auto begin = text.find_first_not_of(" \t");
    if (begin == std::string_view::npos)
        return {};
    return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

std::filesystem::path zone_folder() {
    const auto folder = environment_text("TZDIR");
    return folder.empty() ? "/usr/share/zoneinfo" : folder;
}

} // namespace

std::optional<double> parse_percent(std::string_view text) {
    if (!text.ends_with('%') || !is_digit(text.front()))
        return std::nullopt;
    const auto number = text.substr(0, text.size() - 1);
    double value = 0;
    const auto* end = number.data() + number.size();
    const auto [stopped, error] = std::from_chars(number.data(), end, value, std::chars_format::fixed);
    if (error != std::errc() || stopped != end || value > 100)
        return std::nullopt;
    return value / 100;
}

std::optional<std::chrono::minutes> parse_time_of_day(std::string_view text) {
    if (text.size() != 5 || text[2] != ':')
        return std::nullopt;
    const auto hours = parse_digits(text.substr(0, 2));
    const auto minutes = parse_digits(text.substr(3));
    if (!hours || !minutes || *hours > 23 || *minutes > 59)
        return std::nullopt;
    return std::chrono::hours(*hours) + std::chrono::minutes(*minutes);
}

std::optional<Weekly> parse_weekly(std::string_view text) {
    if (text.size() != 9 || text[3] != ' ')
        return std::nullopt;
    const auto day = parse_weekday(text.substr(0, 3));
    const auto minute = parse_time_of_day(text.substr(4));
    if (!day || !minute)
        return std::nullopt;
    return Weekly{.day = *day, .minute_of_day = *minute};
}

std::optional<Http> parse_listen(std::string_view text) {
    const auto colon = text.rfind(':');
    if (colon == std::string_view::npos)
        return std::nullopt;
    auto host = text.substr(0, colon);
    const auto port = parse_digits(text.substr(colon + 1));
    if (!port || *port > 65535)
        return std::nullopt;
    if (host.starts_with('[') && host.ends_with(']')) {
        host = host.substr(1, host.size() - 2);
        const bool address = host.find(':') != std::string_view::npos &&
                             host.find_first_not_of("0123456789abcdefABCDEF:.") == std::string_view::npos;
        if (!address)
            return std::nullopt;
    } else if (!is_domain(host)) {
        return std::nullopt;
    }
    return Http{.address = std::string(host), .port = static_cast<std::uint16_t>(*port)};
}

bool is_mail_address(std::string_view text) {
    const auto at = text.rfind('@');
    if (at == std::string_view::npos || text.size() > 254 || has_control_character(text) || !is_valid_utf8(text))
        return false;
    return is_local_part(text.substr(0, at)) && is_domain(text.substr(at + 1));
}

std::string address_in(std::string_view text) {
    if (has_control_character(text))
        return {};
    auto address = trimmed(text);
    if (address.ends_with('>')) {
        const auto open = address.rfind('<');
        if (open == std::string_view::npos || address.substr(0, open).find_first_of("<>") != std::string_view::npos)
            return {};
        address = address.substr(open + 1, address.size() - open - 2);
    }
    return is_mail_address(address) ? std::string(address) : std::string();
}

bool is_domain(std::string_view text) {
    if (text.empty() || text.size() > 253 || text.front() == '.' || text.back() == '.')
        return false;
    return text.find("..") == std::string_view::npos && std::ranges::all_of(text, [](char c) {
               return is_letter(c) || is_digit(c) || c == '-' || c == '.' || static_cast<unsigned char>(c) >= 0x80;
           });
}

bool is_pin(std::string_view text) {
    constexpr std::string_view kPrefix = "sha256//";
    // 32 bytes are 43 characters and one =; the last character carries only 4 bits.
    constexpr std::string_view kLastCharacters = "AEIMQUYcgkosw048";
    if (!text.starts_with(kPrefix) || text.size() != kPrefix.size() + 44 || text.back() != '=')
        return false;
    const auto base64 = text.substr(kPrefix.size(), 43);
    return std::ranges::all_of(base64, [](char c) { return is_letter(c) || is_digit(c) || c == '+' || c == '/'; }) &&
           kLastCharacters.find(base64.back()) != std::string_view::npos;
}

bool is_slug(std::string_view text) {
    return !text.empty() && text.size() <= 40 &&
           std::ranges::all_of(text, [](char c) { return (c >= 'a' && c <= 'z') || is_digit(c) || c == '-'; });
}

bool is_credential_name(std::string_view text) {
    return !text.empty() && text.size() <= 255 && text.front() != '.' &&
           std::ranges::all_of(text, [](char c) { return is_word(c) || c == '.' || c == '-' || c == '@' || c == '+'; });
}

bool is_variable_name(std::string_view text) {
    return !text.empty() && text.size() <= 255 && !is_digit(text.front()) && std::ranges::all_of(text, is_word);
}

bool is_data_name(std::string_view text) {
    return !text.empty() && text.size() <= 40 &&
           std::ranges::all_of(text, [](char c) { return is_word(c) || c == '-'; });
}

bool has_control_character(std::string_view text) {
    return std::ranges::any_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

bool is_known_zone(const std::string& name) {
    const bool form = !name.empty() && name.size() <= 64 && name.front() != '/' &&
                      std::ranges::all_of(name, [](char c) { return is_word(c) || c == '/' || c == '-' || c == '+'; });
    if (!form)
        return false;
    std::array<char, 4> magic{};
    std::ifstream file(zone_folder() / name, std::ios::binary); // a folder opens, but reads nothing
    file.read(magic.data(), magic.size());
    return file && std::string_view(magic.data(), magic.size()) == "TZif";
}

std::vector<std::string> zone_names() {
    std::vector<std::string> names;
    std::ifstream table(zone_folder() / "zone1970.tab");
    for (std::string line; std::getline(table, line);) {
        const auto begin = line.find('\t', line.find('\t') + 1);
        if (line.starts_with('#') || begin == std::string::npos)
            continue;
        names.push_back(line.substr(begin + 1, line.find('\t', begin + 1) - begin - 1));
    }
    return names;
}

} // namespace mailquotad::settings
